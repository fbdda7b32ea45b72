import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const core = '/api/v1/namespaces';
const count = 3000;

/** Makes a namespace with an object that very many others belong to. */
async function fill(admin: Asker, load: (objects: readonly object[]) => void): Promise<void> {
  await admin.send('POST', core, { metadata: { name: 'lots' } });
  const owner = await admin.send('POST', `${core}/lots/configmaps`, { metadata: { name: 'owner' } });
  const { uid } = owner.json.metadata;
  const ownerReferences = [
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid, blockOwnerDeletion: true },
  ];
  load(
    Array.from({ length: count }, (_, at) => ({
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: { name: `part-${String(at)}`, namespace: 'lots', ownerReferences },
    })),
  );
}

test.for([
  ['an owner', '/lots/configmaps/owner?propagationPolicy=Background'],
  ['an owner, its dependents first', '/lots/configmaps/owner?propagationPolicy=Foreground'],
  ['a namespace', '/lots'],
] as const)('%s of thousands goes bit by bit, and all of them go', async ([, path]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const { store } = ks.world.host;
  const secrets = { group: '', plural: 'secrets' };
  await fill(admin, (objects) => {
    for (const object of objects) store.load(secrets, object as Parameters<typeof store.load>[1]);
  });
  const others = store.list(secrets, 'lots').length - count;
  expect((await admin.send('DELETE', core + path)).status).toBe(200);
  // Some wait for turns of their own, so that others are answered in between.
  expect(store.list(secrets, 'lots').length).toBeGreaterThan(0);
  const isThere = async (): Promise<boolean> => (await admin.get(core + path)).status === 200;
  const left = (): number => store.list(secrets, 'lots').length;
  while (left() > others || (await isThere())) await new Promise((resolve) => setImmediate(resolve));
  expect(left()).toBeLessThanOrEqual(others);
});
