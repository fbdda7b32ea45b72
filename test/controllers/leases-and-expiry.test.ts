import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Asker } from '../support/ask.js';

const now = '2026-01-02T03:04:05Z';
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const core = '/api/v1/namespaces/default';
const strategic = 'application/strategic-merge-patch+json';

async function renewedAt(admin: Asker, name: string): Promise<unknown> {
  return (await admin.get(`${leases}/${name}`)).json.spec['renewTime'];
}

test('every node that reports holds a lease, and renews it', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  expect(namesOf(await admin.get(leases))).toEqual(['master', 'node1', 'node2', 'node3', 'node4']);
  const { uid } = (await admin.get('/api/v1/nodes/node1')).json.metadata;
  expect((await admin.get(`${leases}/node1`)).json).toMatchObject({
    kind: 'Lease',
    metadata: {
      namespace: 'kube-node-lease',
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'node1', uid }],
    },
    spec: { holderIdentity: 'node1', leaseDurationSeconds: 40, renewTime: '2026-01-02T03:04:05.000000Z' },
  });
  await ks.clock.advance('1m');
  expect(await renewedAt(admin, 'node1')).toBe('2026-01-02T03:05:05.000000Z');
  const conditions = [{ type: 'Ready', status: 'Unknown' }];
  await admin.send('PATCH', '/api/v1/nodes/node2/status', { status: { conditions } }, strategic);
  await ks.clock.advance('10m');
  expect(await renewedAt(admin, 'node1')).toBe('2026-01-02T03:15:05.000000Z');
  expect(await renewedAt(admin, 'node2')).toBe('2026-01-02T03:05:05.000000Z');
  await admin.send('DELETE', '/api/v1/nodes/node3');
  expect(namesOf(await admin.get(leases))).toEqual(['master', 'node1', 'node2', 'node4']);
});

test('an Event is forgotten an hour after it was last written', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  const involvedObject = { kind: 'Pod', namespace: 'default', name: 'web' };
  for (const name of ['early', 'renewed'])
    await admin.send('POST', `${core}/events`, { metadata: { name }, involvedObject, reason: 'Test' });
  const left = async (): Promise<string[]> =>
    namesOf(await admin.get(`${core}/events?fieldSelector=reason%3DTest`));
  await ks.clock.advance('30m');
  await admin.send('PATCH', `${core}/events/renewed`, { count: 2 }, 'application/merge-patch+json');
  await ks.clock.advance('29m');
  expect(await left()).toEqual(['early', 'renewed']);
  await ks.clock.advance('6m');
  expect(await left()).toEqual(['renewed']);
  await ks.clock.advance('30m');
  expect(await left()).toEqual([]);
});
