import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const apps = '/apis/apps/v1/namespaces/default';
const core = '/api/v1/namespaces/default';
const merge = 'application/merge-patch+json';
const now = '2026-01-02T03:04:05Z';
const revision = 'controller-revision-hash';

function workload(spec: object = {}, image = 'web:1'): object {
  return {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
      ...spec,
    },
  };
}

async function statusOf(admin: Asker, path: string): Promise<Record<string, unknown>> {
  return (await admin.get(path)).json['status'] as Record<string, unknown>;
}

async function podsOf(admin: Asker): Promise<readonly Body[]> {
  return (await admin.get(`${core}/pods?labelSelector=app%3Dweb`)).json.items;
}

function imagesOf(pods: readonly Body[]): string[] {
  return pods.map(({ spec }) => (spec['containers'] as { image: string }[])[0]?.image ?? '').sort();
}

describe('pods that are ready are available after minReadySeconds', () => {
  test.for([
    ['deployments', { replicas: 2 }, 'availableReplicas', 2],
    ['replicasets', { replicas: 2 }, 'availableReplicas', 2],
    ['statefulsets', { replicas: 2, podManagementPolicy: 'Parallel' }, 'availableReplicas', 2],
    ['daemonsets', {}, 'numberAvailable', 4],
  ] as const)('of %s', async ([plural, spec, key, count]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const path = `${apps}/${plural}`;
    await admin.send('POST', path, workload({ minReadySeconds: 30, ...spec }));
    const early = await statusOf(admin, `${path}/web`);
    expect(early[plural === 'daemonsets' ? 'numberReady' : 'readyReplicas']).toBe(count);
    expect(early[key] ?? 0).toBe(0);
    await ks.clock.advance('29s');
    expect((await statusOf(admin, `${path}/web`))[key] ?? 0).toBe(0);
    await ks.clock.advance('1s');
    expect((await statusOf(admin, `${path}/web`))[key]).toBe(count);
  });

  test('and a StatefulSet makes one after the other so', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${apps}/statefulsets`, workload({ minReadySeconds: 10, replicas: 3 }));
    const counts: number[] = [];
    for (let step = 0; step < 4; step += 1) {
      counts.push((await podsOf(admin)).length);
      await ks.clock.advance('10s');
    }
    expect(counts).toEqual([1, 2, 3, 3]);
  });

  test('and a Deployment goes from step to step so', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    await admin.send('POST', `${apps}/deployments`, workload({ replicas: 2, strategy }));
    const { spec } = workload({ replicas: 2, strategy }, 'web:2') as Body;
    await admin.send('PATCH', `${apps}/deployments/web`, { spec: { ...spec, minReadySeconds: 10 } }, merge);
    const seen = [imagesOf(await podsOf(admin))];
    for (let step = 0; step < 2; step += 1) {
      await ks.clock.advance('10s');
      seen.push(imagesOf(await podsOf(admin)));
    }
    expect(seen).toEqual([
      ['web:1', 'web:1', 'web:2'],
      ['web:1', 'web:2', 'web:2'],
      ['web:2', 'web:2'],
    ]);
    const { json } = await admin.get(`${apps}/replicasets?labelSelector=app%3Dweb`);
    expect(json.items.map((set) => set.spec['minReadySeconds']).sort()).toEqual([10, undefined]);
  });
});

describe('a DaemonSet with another template', () => {
  const missing = {
    description: 'An image is missing.',
    containers: [{ image: 'web:2', missing: true as const }],
  };

  test.for([
    [{}, 1],
    [{ rollingUpdate: { maxUnavailable: '50%' } }, 2],
  ] as const)('replaces as many pods as may be missing: %j', async ([strategy, count]) => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await ks.scenario(missing);
    await admin.send('POST', `${apps}/daemonsets`, workload({ updateStrategy: strategy }));
    const before = (await podsOf(admin)).length;
    const { spec } = workload({}, 'web:2') as Body;
    await admin.send('PATCH', `${apps}/daemonsets/web`, { spec }, merge);
    expect(imagesOf(await podsOf(admin)).filter((image) => image === 'web:2')).toHaveLength(count);
    expect(await statusOf(admin, `${apps}/daemonsets/web`)).toMatchObject({
      updatedNumberScheduled: count,
      numberUnavailable: count,
      numberReady: before - count,
    });
  });

  test('puts new pods beside the old ones where it surges', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const updateStrategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    await admin.send('POST', `${apps}/daemonsets`, workload({ updateStrategy, minReadySeconds: 5 }));
    await ks.clock.advance('5s');
    const count = (await podsOf(admin)).length;
    const { spec } = workload({}, 'web:2') as Body;
    await admin.send('PATCH', `${apps}/daemonsets/web`, { spec }, merge);
    expect(imagesOf(await podsOf(admin)).filter((image) => image === 'web:2')).toHaveLength(1);
    expect((await podsOf(admin)).length).toBe(count + 1);
    expect(await statusOf(admin, `${apps}/daemonsets/web`)).toMatchObject({
      numberAvailable: count,
      updatedNumberScheduled: 1,
    });
    await ks.clock.advance('1m');
    expect(new Set(imagesOf(await podsOf(admin)))).toEqual(new Set(['web:2']));
    expect((await podsOf(admin)).length).toBe(count);
  });

  test('waits for somebody to delete pods where it is told to', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${apps}/daemonsets`, workload({ updateStrategy: { type: 'OnDelete' } }));
    const { spec } = workload({}, 'web:2') as Body;
    await admin.send('PATCH', `${apps}/daemonsets/web`, { spec }, merge);
    const [first] = await podsOf(admin);
    expect(new Set(imagesOf(await podsOf(admin)))).toEqual(new Set(['web:1']));
    await admin.send('DELETE', `${core}/pods/${first?.metadata.name ?? ''}`);
    expect(imagesOf(await podsOf(admin)).filter((image) => image === 'web:2')).toHaveLength(1);
  });
});

test('a daemon that has failed is told of and replaced', async () => {
  await using ks = await startFakeKsApiserver({ now });
  const admin = await as(ks, 'admin');
  await admin.send('POST', `${apps}/daemonsets`, workload());
  const [first, ...others] = await podsOf(admin);
  const { name = '' } = first?.metadata ?? {};
  await admin.send('PATCH', `${core}/pods/${name}/status`, { status: { phase: 'Failed' } }, merge);
  const after = await podsOf(admin);
  expect(after).toHaveLength(others.length + 1);
  expect(after.map(({ metadata }) => metadata.name)).not.toContain(name);
  expect(new Set(after.map(({ metadata }) => metadata.labels[revision])).size).toBe(1);
  const { json } = await admin.get(`${core}/events?fieldSelector=reason%3DFailedDaemonPod`);
  const node = String(first?.spec['nodeName']);
  expect(json.items.map(({ message }) => message)).toEqual([
    `Found failed daemon pod default/${name} on node ${node}, will try to kill it`,
  ]);
});
