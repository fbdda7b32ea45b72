import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const maps = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;

interface Owner {
  readonly name: string;
  readonly uid?: string;
  readonly apiVersion?: string;
  readonly kind?: string;
}

async function make(admin: Asker, name: string, owners: readonly Owner[] = [], namespace = 'default') {
  const ownerReferences = owners.map((owner) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    uid: 'gone',
    ...owner,
  }));
  const { json } = await admin.send('POST', maps(namespace), { metadata: { name, ownerReferences } });
  return { name, uid: json.metadata['uid'] as string };
}

/** Names of the owners an object has left; `undefined` once it is gone. */
async function ownersOf(admin: Asker, name: string): Promise<unknown> {
  const { status, json } = await admin.get(`${maps('default')}/${name}`);
  if (status === 404) return undefined;
  return ((json.metadata['ownerReferences'] ?? []) as Owner[]).map((owner) => owner.name);
}

test('what names only owners that are not there is deleted', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'other' } });
  const here = await make(admin, 'here');
  const there = await make(admin, 'there', [], 'other');
  for (const [name, owners, left] of [
    ['of-nobody', [{ name: 'never' }], undefined],
    ['of-a-namesake', [{ ...here, uid: 'another' }], undefined],
    ['of-two-absent', [{ name: 'never' }, { name: 'neither' }], undefined],
    ['of-another-namespace', [there], undefined],
    ['of-one-of-two', [here, { name: 'never' }], ['here']],
    ['of-one', [here], ['here']],
    // Nobody can tell whether there is one.
    ['of-an-unknown-kind', [{ name: 'x', apiVersion: 'x.example.com/v1', kind: 'Thing' }], ['x']],
  ] as const) {
    await make(admin, name, owners);
    expect([name, await ownersOf(admin, name)]).toEqual([name, left]);
  }
  const events = await admin.get(
    '/api/v1/namespaces/default/events?fieldSelector=reason=OwnerRefInvalidNamespace',
  );
  expect(events.json.items.map((one) => one['message'])).toEqual([
    `ownerRef [v1/ConfigMap, namespace: default, name: there, uid: ${there.uid}] does not exist in namespace "default"`,
  ]);
});

test('an owner named later counts as one named from the start', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  await make(admin, 'late');
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: 'gone' }];
  const patch = { metadata: { ownerReferences } };
  await admin.send('PATCH', `${maps('default')}/late`, patch, 'application/merge-patch+json');
  expect(await ownersOf(admin, 'late')).toBeUndefined();
});

test('of a deleted owner and one that stays, only the reference to the first goes', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const [a, b] = [await make(admin, 'a'), await make(admin, 'b')];
  await make(admin, 'both', [a, b]);
  await admin.send('DELETE', `${maps('default')}/a`);
  expect(await ownersOf(admin, 'both')).toEqual(['b']);
  await admin.send('DELETE', `${maps('default')}/b`);
  expect(await ownersOf(admin, 'both')).toBeUndefined();
});
