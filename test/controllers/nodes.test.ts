import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Asker, type Body } from '../support/ask.js';

const now = '2026-01-02T03:04:05Z';
const core = '/api/v1/namespaces/default';
const apps = '/apis/apps/v1/namespaces/default';
const strategic = 'application/strategic-merge-patch+json';
const merge = 'application/merge-patch+json';

const unreachable = { key: 'node.kubernetes.io/unreachable', timeAdded: now };
const notReady = { key: 'node.kubernetes.io/not-ready', timeAdded: now };

async function report(admin: Asker, node: string, type: string, status: string): Promise<void> {
  const conditions = [{ type, status }];
  await admin.send('PATCH', `/api/v1/nodes/${node}/status`, { status: { conditions } }, strategic);
}

async function taintsOf(admin: Asker, node: string): Promise<unknown> {
  return (await admin.get(`/api/v1/nodes/${node}`)).json.spec['taints'];
}

function pod(name: string, spec: object = {}): object {
  const containers = [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }];
  return { metadata: { name, labels: { app: 'web' } }, spec: { nodeName: 'node1', containers, ...spec } };
}

async function readyOf(admin: Asker, name: string): Promise<unknown> {
  const { status } = (await admin.get(`${core}/pods/${name}`)).json as unknown as {
    status: { conditions: { type: string; status: string }[] };
  };
  return status.conditions.find(({ type }) => type === 'Ready')?.status;
}

async function eventsOf(admin: Asker, kind: string, name: string): Promise<unknown[]> {
  const selector = `involvedObject.kind%3D${kind},involvedObject.name%3D${name}`;
  const { json } = await admin.get(`/api/v1/events?fieldSelector=${selector}`);
  return json.items.map(({ reason, message, source, type }) => [
    type,
    reason,
    message,
    (source as { component: string }).component,
  ]);
}

async function subsetsOf(admin: Asker): Promise<unknown> {
  return (await admin.get(`${core}/endpoints/web`)).json['subsets'];
}

describe('a node that is no longer ready', () => {
  test.for([
    ['False', notReady],
    ['Unknown', unreachable],
  ] as const)('is tainted, and its pods are out of service until it is back: %s', async ([status, taint]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${core}/services`, {
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    });
    await admin.send('POST', `${core}/pods`, pod('web'));
    await report(admin, 'node1', 'Ready', status);
    expect(await taintsOf(admin, 'node1')).toEqual([
      { ...taint, effect: 'NoSchedule' },
      { ...taint, effect: 'NoExecute' },
    ]);
    expect(await readyOf(admin, 'web')).toBe('False');
    expect(await subsetsOf(admin)).toMatchObject([{ notReadyAddresses: [{ nodeName: 'node1' }] }]);
    const slices = await admin.get('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices');
    const slice = slices.json.items.find(({ metadata }) => metadata.name.startsWith('web-'));
    expect(slice?.['endpoints']).toMatchObject([{ conditions: { ready: false, serving: false } }]);
    expect(await eventsOf(admin, 'Pod', 'web')).toContainEqual([
      'Warning',
      'NodeNotReady',
      'Node is not ready',
      'node-controller',
    ]);
    const said = 'Node node1 status is now: NodeNotReady';
    expect(await eventsOf(admin, 'Node', 'node1')).toContainEqual([
      'Normal',
      'NodeNotReady',
      said,
      'node-controller',
    ]);

    await report(admin, 'node1', 'Ready', 'True');
    expect(await taintsOf(admin, 'node1')).toBeUndefined();
    expect(await readyOf(admin, 'web')).toBe('True');
    expect(await subsetsOf(admin)).toMatchObject([{ addresses: [{ nodeName: 'node1' }] }]);
    await ks.clock.advance('1h');
    expect((await admin.get(`${core}/pods/web`)).status).toBe(200);
    expect(await eventsOf(admin, 'Pod', 'web')).toContainEqual([
      'Normal',
      'TaintManagerEviction',
      'Cancelling deletion of Pod default/web',
      'taint-eviction-controller',
    ]);
  });

  test('loses its pods after five minutes; a Deployment has them elsewhere by then', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const containers = [{ name: 'web', image: 'nginx' }];
    await admin.send('POST', `${apps}/deployments`, {
      metadata: { name: 'web' },
      spec: {
        replicas: 6,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
      },
    });
    const places = async (): Promise<unknown[]> =>
      (await admin.get(`${core}/pods?labelSelector=app%3Dweb`)).json.items.map(
        ({ spec }) => spec['nodeName'],
      );
    const [node] = (await places()) as [string];
    await report(admin, node, 'Ready', 'False');
    await ks.clock.advance('299s');
    expect(await places()).toContain(node);
    const { json } = await admin.get(`${apps}/deployments/web`);
    const { availableReplicas } = json['status'] as { readonly availableReplicas: number };
    expect(availableReplicas).toBeLessThan(6);
    await ks.clock.advance('1s');
    expect(await places()).not.toContain(node);
    expect((await admin.get(`${apps}/deployments/web`)).json['status']).toMatchObject({
      availableReplicas: 6,
    });
  });

  test('keeps a pod it has lost sight of until it is back, gone, or told to let go', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    for (const name of ['a', 'b']) await admin.send('POST', `${core}/pods`, pod(name));
    await report(admin, 'node1', 'Ready', 'Unknown');
    await ks.clock.advance('300s');
    const { json } = await admin.get(`${core}/pods/a`);
    expect(json.metadata['deletionTimestamp']).toBe('2026-01-02T03:09:35Z');
    expect(json['status']).toMatchObject({
      conditions: expect.arrayContaining([
        expect.objectContaining({ type: 'DisruptionTarget', reason: 'DeletionByTaintManager' }),
      ]) as unknown,
    });
    await admin.send('DELETE', `${core}/pods/a?gracePeriodSeconds=0`);
    expect((await admin.get(`${core}/pods/a`)).status).toBe(404);
    await report(admin, 'node1', 'Ready', 'True');
    expect((await admin.get(`${core}/pods/b`)).status).toBe(404);
  });

  test('leaves the next pod of a StatefulSet waiting for the name', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const containers = [{ name: 'web', image: 'nginx' }];
    await admin.send('POST', `${apps}/statefulsets`, {
      metadata: { name: 'db' },
      spec: {
        replicas: 1,
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: { metadata: { labels: { app: 'db' } }, spec: { containers } },
      },
    });
    const node = (await admin.get(`${core}/pods/db-0`)).json.spec['nodeName'] as string;
    await report(admin, node, 'Ready', 'Unknown');
    await ks.clock.advance('301s');
    expect((await admin.get(`${core}/pods/db-0`)).json.spec['nodeName']).toBe(node);
    await admin.send('DELETE', `${core}/pods/db-0?gracePeriodSeconds=0`);
    const next = (await admin.get(`${core}/pods/db-0`)).json;
    expect(next.spec['nodeName']).not.toBe(node);
    expect((await admin.get(`${apps}/statefulsets/db`)).json['status']).toMatchObject({ readyReplicas: 1 });
  });

  test('gets no new pods', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const nodeSelector = { 'kubernetes.io/hostname': 'node1' };
    await report(admin, 'node1', 'Ready', 'Unknown');
    await admin.send('POST', `${core}/pods`, pod('late', { nodeName: undefined, nodeSelector }));
    const { json } = await admin.get(`${core}/pods/late`);
    expect(json['status']).toMatchObject({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False' }],
    });
    await report(admin, 'node1', 'Ready', 'True');
    expect(await readyOf(admin, 'late')).toBe('True');
  });

  test('keeps its daemons, which count as misplaced', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const containers = [{ name: 'agent', image: 'agent' }];
    await admin.send('POST', `${apps}/daemonsets`, {
      metadata: { name: 'agent' },
      spec: {
        selector: { matchLabels: { app: 'agent' } },
        template: { metadata: { labels: { app: 'agent' } }, spec: { containers } },
      },
    });
    const status = async (): Promise<Body> =>
      (await admin.get(`${apps}/daemonsets/agent`)).json['status'] as Body;
    const before = (await status())['desiredNumberScheduled'] as number;
    await report(admin, 'node1', 'Ready', 'Unknown');
    await ks.clock.advance('1h');
    expect(await status()).toMatchObject({
      desiredNumberScheduled: before - 1,
      currentNumberScheduled: before - 1,
      numberMisscheduled: 1,
    });
  });
});

test.for([
  ['MemoryPressure', 'memory-pressure'],
  ['DiskPressure', 'disk-pressure'],
  ['PIDPressure', 'pid-pressure'],
  ['NetworkUnavailable', 'network-unavailable'],
] as const)('a node whose %s is True takes no new pods', async ([type, key]) => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  await report(admin, 'node1', type, 'True');
  const taint = { key: `node.kubernetes.io/${key}`, effect: 'NoSchedule', timeAdded: now };
  expect(await taintsOf(admin, 'node1')).toEqual([taint]);
});

test('a cordoned node carries the taint and the Event of it, other taints stay', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  const own = { key: 'team', value: 'a', effect: 'NoSchedule' };
  const patch = async (spec: object): Promise<unknown> => {
    await admin.send('PATCH', '/api/v1/nodes/node1', { spec }, merge);
    return taintsOf(admin, 'node1');
  };
  const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: now };
  expect(await patch({ unschedulable: true, taints: [own] })).toEqual([own, cordon]);
  expect(await patch({ unschedulable: null })).toEqual([own]);
  expect((await eventsOf(admin, 'Node', 'node1')).map((event) => (event as string[])[1])).toEqual([
    'NodeNotSchedulable',
    'NodeSchedulable',
  ]);
});

test.for([
  ['no toleration', [], '0s'],
  [
    'a toleration for a minute',
    [{ key: 'team', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }],
    '60s',
  ],
] as const)('a taint NoExecute drives pods out: %s', async ([, tolerations, after]) => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  await admin.send('POST', `${core}/pods`, pod('web', { tolerations }));
  await admin.send('POST', `${core}/pods`, pod('firm', { tolerations: [{ operator: 'Exists' }] }));
  const taints = [{ key: 'team', value: 'a', effect: 'NoExecute' }];
  await admin.send('PATCH', '/api/v1/nodes/node1', { spec: { taints } }, merge);
  const seen = async (): Promise<string[]> =>
    namesOf(await admin.get(`${core}/pods?labelSelector=app%3Dweb`));
  if (after !== '0s') {
    expect(await seen()).toEqual(['firm', 'web']);
    await ks.clock.advance(after);
  }
  expect(await seen()).toEqual(['firm']);
  expect(await eventsOf(admin, 'Pod', 'web')).toContainEqual([
    'Normal',
    'TaintManagerEviction',
    'Marking for deletion Pod default/web',
    'taint-eviction-controller',
  ]);
});

test('pods of a node that is gone are given up after 40 seconds', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  await admin.send('POST', `${core}/pods`, pod('web'));
  await admin.send('DELETE', '/api/v1/nodes/node1');
  expect((await admin.get(`${core}/pods/web`)).status).toBe(200);
  await ks.clock.advance('40s');
  expect((await admin.get(`${core}/pods/web`)).status).toBe(404);
  expect(await eventsOf(admin, 'Node', 'node1')).toContainEqual([
    'Normal',
    'RemovingNode',
    'Node node1 event: Removing Node node1 from Controller',
    'node-controller',
  ]);
});

test('switched off, nothing follows from the state of a node', async () => {
  await using ks = await startFakeKsApiserver({ now, controllers: ['-node-lifecycle'] });
  const admin = await as(ks, 'admin');
  await admin.send('POST', `${core}/pods`, pod('web'));
  await report(admin, 'node1', 'Ready', 'Unknown');
  expect([await taintsOf(admin, 'node1'), await readyOf(admin, 'web')]).toEqual([undefined, 'True']);
});

describe('daemons of the default world', () => {
  const tainted = { spec: { taints: [{ key: 'x', value: 'y', effect: 'NoExecute' }] } };

  test.for<readonly [string, (admin: Asker) => Promise<unknown>]>([
    ['their node is tainted', (admin) => admin.send('PATCH', '/api/v1/nodes/node3', tainted, merge)],
    [
      'another pod of theirs is deleted',
      async (admin) => {
        const { json } = await admin.get('/api/v1/namespaces/shop/pods?labelSelector=app%3Dlog-collector');
        const other = json.items.find((one) => one.spec['nodeName'] === 'node1');
        return admin.send('DELETE', `/api/v1/namespaces/shop/pods/${String(other?.metadata.name)}`);
      },
    ],
  ])('stay, as they tolerate everything, when %s', async ([, happens]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const there =
      '/api/v1/namespaces/shop/pods?fieldSelector=spec.nodeName%3Dnode3&labelSelector=app%3Dlog-collector';
    const before = namesOf(await admin.get(there));
    await happens(admin);
    expect(before).toHaveLength(1);
    expect(namesOf(await admin.get(there))).toEqual(before);
  });
});

test.for([
  ['False', [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]],
  ['True', undefined],
] as const)('a new node is kept from pods until it is known to be ready: %s', async ([status, left]) => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  const { json } = await admin.send('POST', '/api/v1/nodes', {
    metadata: { name: 'new' },
    status: { conditions: [{ type: 'Ready', status }] },
  });
  const first = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  expect(json.spec['taints']).toEqual([first]);
  const taints = (await taintsOf(admin, 'new')) as { readonly effect: string }[] | undefined;
  expect(taints?.filter(({ effect }) => effect === 'NoSchedule')).toEqual(left);
});
