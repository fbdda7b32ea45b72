import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const merge = 'application/merge-patch+json';
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const zone = 'topology.kubernetes.io/zone';
const host = 'kubernetes.io/hostname';
const labelSelector = { matchLabels: { app: 'web' } };

/** Two zones; of the five nodes, the master is tainted and node4 cordoned. */
async function inZones(admin: Asker): Promise<void> {
  for (const [node, name] of [
    ['node1', 'a'],
    ['node2', 'b'],
    ['node3', 'b'],
  ] as const)
    await admin.send('PATCH', `/api/v1/nodes/${node}`, { metadata: { labels: { [zone]: name } } }, merge);
}

async function place(admin: Asker, name: string, spec: object, container: object = {}): Promise<string> {
  await admin.send('POST', `${core}/pods`, {
    metadata: { name, labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image: 'nginx', ...container }], ...spec },
  });
  return whereIs(admin, name);
}

/** The node of a pod, or why it has none. */
async function whereIs(admin: Asker, name: string): Promise<string> {
  const { spec, ...pod } = (await admin.get(`${core}/pods/${name}`)).json;
  if (typeof spec['nodeName'] === 'string') return spec['nodeName'];
  const { conditions } = pod['status'] as { readonly conditions: readonly { readonly message: string }[] };
  return conditions[0]?.message ?? '';
}

function why(theirs: string, own: string, [forGood, victims]: readonly [number, number]): string {
  const rest = [
    ...(forGood > 0 ? [`${String(forGood)} Preemption is not helpful for scheduling`] : []),
    ...(victims > 0 ? [`${String(victims)} No preemption victims found for incoming pod`] : []),
  ];
  const first = [own, ...theirs.split('; ')].sort().join(', ');
  return `0/5 nodes are available: ${first}. preemption: 0/5 nodes are available: ${rest.sort().join(', ')}.`;
}

const closed =
  '1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }; 1 node(s) were unschedulable';

test.for([
  [
    'anti-affinity by host',
    { affinity: { podAntiAffinity: { [required]: [{ labelSelector, topologyKey: host }] } } },
    {},
    3,
    "3 node(s) didn't match pod anti-affinity rules",
    [2, 3],
  ],
  [
    'anti-affinity by zone',
    { affinity: { podAntiAffinity: { [required]: [{ labelSelector, topologyKey: zone }] } } },
    {},
    2,
    "3 node(s) didn't match pod anti-affinity rules",
    [2, 3],
  ],
  [
    'a host port',
    {},
    { ports: [{ containerPort: 80, hostPort: 18080 }] },
    3,
    "3 node(s) didn't have free ports for the requested pod ports",
    [2, 3],
  ],
  [
    'more memory than there is',
    {},
    { resources: { requests: { memory: '4Ti' } } },
    0,
    '3 Insufficient memory',
    [2, 3],
  ],
  [
    'a selector',
    { nodeSelector: { no: 'where' } },
    {},
    0,
    "3 node(s) didn't match Pod's node affinity/selector",
    [5, 0],
  ],
] as const)(
  '%s keeps pods apart, and is told where nothing is left',
  async ([, spec, container, count, own, shares]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await inZones(admin);
    const nodes: string[] = [];
    for (let at = 0; at < count; at += 1) nodes.push(await place(admin, `p${String(at)}`, spec, container));
    expect(new Set(nodes).size).toBe(count);
    expect(nodes.every((node) => /^node[123]$/.test(node))).toBe(true);
    expect(await place(admin, 'last', spec, container)).toBe(why(closed, own, shares));
    const { json } = await admin.get(`${core}/events?fieldSelector=involvedObject.name%3Dlast`);
    expect(json.items.map(({ reason, message }) => [reason, message])).toEqual([
      ['FailedScheduling', why(closed, own, shares)],
    ]);
  },
);

test('a pod that another one keeps away is told so, and goes there once that is gone', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const shy = { podAntiAffinity: { [required]: [{ labelSelector, topologyKey: 'kubernetes.io/os' }] } };
  expect(await place(admin, 'shy', { affinity: shy })).toMatch(/^node/);
  const own = "3 node(s) didn't satisfy existing pods anti-affinity rules";
  expect(await place(admin, 'plain', {})).toBe(why(closed, own, [2, 3]));
  await admin.send('DELETE', `${core}/pods/shy`);
  expect(await whereIs(admin, 'plain')).toMatch(/^node/);
});

test('pods that want to be together are, once there is one to be with', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await inZones(admin);
  const near = { matchLabels: { app: 'database' } };
  const affinity = { podAffinity: { [required]: [{ labelSelector: near, topologyKey: zone }] } };
  const own = "3 node(s) didn't match pod affinity rules";
  expect(await place(admin, 'client', { affinity })).toBe(why(closed, own, [5, 0]));
  await admin.send('POST', `${core}/pods`, {
    metadata: { name: 'database', labels: { app: 'database' } },
    spec: { containers: [{ name: 'c', image: 'db' }], nodeSelector: { [zone]: 'a' } },
  });
  expect(await whereIs(admin, 'client')).toBe('node1');
  const self = { podAffinity: { [required]: [{ labelSelector, topologyKey: host }] } };
  const first = await place(admin, 'one', { affinity: self });
  expect(await place(admin, 'two', { affinity: self })).toBe(first);
});

test('pods are spread as evenly as their constraint says', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await inZones(admin);
  const spread = { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: 'DoNotSchedule', labelSelector };
  const spec = { topologySpreadConstraints: [spread] };
  const zones: string[] = [];
  for (const name of ['a', 'b', 'c', 'd']) zones.push(await place(admin, name, spec));
  expect(zones.filter((node) => node === 'node1')).toHaveLength(2);
  await admin.send('PATCH', '/api/v1/nodes/node1', { spec: { unschedulable: true } }, merge);
  expect(await place(admin, 'e', spec)).toMatch(/^node[23]$/);
  const own = "2 node(s) didn't match pod topology spread constraints";
  const theirs = closed.replace('1 node(s) were', '2 node(s) were');
  expect(await place(admin, 'f', spec)).toBe(why(theirs, own, [3, 2]));
});
