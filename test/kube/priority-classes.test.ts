import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const path = '/apis/scheduling.k8s.io/v1/priorityclasses';

test('a cluster has the PriorityClasses of the pods that keep it running', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const list = await admin.get(path);
  expect(list.json.items.map((one) => [one.metadata.name, one['value'], one['preemptionPolicy']])).toEqual([
    ['system-cluster-critical', 2_000_000_000, 'PreemptLowerPriority'],
    ['system-node-critical', 2_000_001_000, 'PreemptLowerPriority'],
  ]);
  const again = { metadata: { name: 'system-node-critical' }, value: 2_000_001_000 };
  expect((await admin.send('POST', path, again)).status).toBe(409);
  const refused = await admin.send('DELETE', `${path}/system-node-critical`);
  expect([refused.status, refused.json['message'], refused.json['details']]).toEqual([
    403,
    'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    { name: 'system-node-critical', group: 'scheduling.k8s.io', kind: 'priorityclasses' },
  ]);
});

test('a world that is exported leaves them out, as every world has them', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  await admin.get(path);
  await admin.send('POST', path, { metadata: { name: 'mine' }, value: 1 });
  const { items } = await ks.exportWorld();
  expect(items.filter(({ kind }) => kind === 'PriorityClass').map(({ metadata }) => metadata.name)).toEqual([
    'mine',
  ]);
});
