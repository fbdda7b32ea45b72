import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { as, namesOf, type Asker, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const merge = 'application/merge-patch+json';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const host = 'kubernetes.io/hostname';
const pool = { pool: 'small' };

interface Wish {
  readonly cpu?: string;
  readonly priority?: 'high' | 'low';
  readonly spec?: object;
  readonly labels?: object;
}

/** Nodes with two cores each that take these pods only. */
async function small(ks: InProcessFake, ...names: readonly string[]): Promise<Asker> {
  const admin = await as(ks, 'admin');
  for (const name of names) {
    const allocatable = { cpu: '2', memory: '4Gi', pods: '10' };
    await admin.send('POST', '/api/v1/nodes', {
      metadata: { name, labels: { ...pool, [host]: name } },
      status: { allocatable, conditions: [{ type: 'Ready', status: 'True' }] },
    });
  }
  for (const [name, value] of [
    ['low', 10],
    ['high', 1000],
  ] as const)
    await admin.send('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name }, value });
  return admin;
}

async function run(
  admin: Asker,
  name: string,
  { cpu = '1500m', priority, spec, labels }: Wish = {},
): Promise<Body> {
  const resources = { requests: { cpu } };
  const answer = await admin.send('POST', `${core}/pods`, {
    metadata: { name, labels: { app: 'web', ...labels } },
    spec: {
      nodeSelector: pool,
      containers: [{ name: 'c', image: 'nginx', resources }],
      ...(priority !== undefined && { priorityClassName: priority }),
      ...spec,
    },
  });
  expect(answer.status, answer.text).toBe(201);
  return podOf(admin, name);
}

async function podOf(admin: Asker, name: string): Promise<Body> {
  return (await admin.get(`${core}/pods/${name}`)).json;
}

function messageOf(pod: Body): string | undefined {
  const { conditions } = pod['status'] as { readonly conditions: readonly Record<string, string>[] };
  return conditions.find(({ type }) => type === 'PodScheduled')?.['message'];
}

async function eventsOf(admin: Asker, name: string): Promise<unknown[]> {
  const { json } = await admin.get(`${core}/events?fieldSelector=involvedObject.name%3D${name}`);
  return json.items.map(({ reason, message }) => [reason, message]);
}

describe('a pod that matters more', () => {
  test('drives others out where nothing is free, and says so', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await small(ks, 'one');
    await run(admin, 'victim', { priority: 'low' });
    const preemptor = await run(admin, 'chief', { priority: 'high' });
    expect(preemptor.spec['nodeName']).toBe('one');
    expect(preemptor['status']).not.toHaveProperty('nominatedNodeName');
    expect((await admin.get(`${core}/pods/victim`)).status).toBe(404);
    expect(await eventsOf(admin, 'victim')).toContainEqual([
      'Preempted',
      `Preempted by pod ${String(preemptor.metadata['uid'])} on node one`,
    ]);
    const reasons = (await eventsOf(admin, 'chief')) as readonly (readonly [string, string])[];
    expect(reasons.map(([reason]) => reason)).toContain('FailedScheduling');
    expect(reasons.find(([reason]) => reason === 'FailedScheduling')?.[1]).toMatch(/1 Insufficient cpu.*\.$/);
    expect(await run(admin, 'late', { priority: 'low' })).not.toHaveProperty('spec.nodeName');
  });

  test('takes the place of one that something holds as soon as that has ended', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await small(ks, 'one');
    await run(admin, 'victim', { priority: 'low' });
    const held = { metadata: { finalizers: ['example.com/held'] } };
    await admin.send('PATCH', `${core}/pods/victim`, held, merge);
    expect((await run(admin, 'chief', { priority: 'high' })).spec['nodeName']).toBe('one');
    const victim = await podOf(admin, 'victim');
    expect(victim.metadata).toHaveProperty('deletionTimestamp');
    const { phase, conditions } = victim['status'] as Body;
    expect(phase).toBe('Failed');
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
      }),
    );
  });

  test('takes as few and as unimportant pods as it can, and spares those a budget needs', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await small(ks, 'one', 'two');
    await admin.send('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
      metadata: { name: 'guard' },
      spec: { minAvailable: 1, selector: { matchLabels: { guarded: 'yes' } } },
    });
    await run(admin, 'guarded', { priority: 'low', labels: { guarded: 'yes' }, spec: { nodeName: 'one' } });
    await run(admin, 'kept', { cpu: '100m', spec: { nodeName: 'two' } });
    await run(admin, 'lost', { cpu: '1500m', priority: 'low', spec: { nodeName: 'two' } });
    await run(admin, 'chief', { priority: 'high' });
    expect((await podOf(admin, 'chief')).spec['nodeName']).toBe('two');
    const left = namesOf(await admin.get(`${core}/pods?labelSelector=app%3Dweb`));
    expect(left.sort()).toEqual(['chief', 'guarded', 'kept']);
  });

  test.for([
    [
      'of its own kind',
      'high',
      undefined,
      /preemption: 0\/6 nodes are available: 1 No preemption victims found for incoming pod, 5 Preemption is not helpful for scheduling\.$/,
    ],
    [
      'when it says so',
      'low',
      { preemptionPolicy: 'Never' },
      /preemption: not eligible due to preemptionPolicy=Never\.$/,
    ],
  ] as const)('drives nobody out %s', async ([, theirs, spec, message]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await small(ks, 'one');
    const never = { metadata: { name: 'polite' }, value: 2000, preemptionPolicy: 'Never' };
    await admin.send('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', never);
    await run(admin, 'there', { priority: theirs });
    const pod = await run(
      admin,
      'chief',
      spec === undefined ? { priority: 'high' } : { spec: { priorityClassName: 'polite' } },
    );
    expect(messageOf(pod)).toMatch(message);
    expect((await podOf(admin, 'there')).spec['nodeName']).toBe('one');
  });
});

describe('why there is no node', () => {
  test.for([
    [
      'v1.17.3',
      "0/6 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable, 4 node(s) didn't match node selector.",
    ],
    [
      'v1.23.10',
      "0/6 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable, 4 node(s) didn't match Pod's node affinity/selector.",
    ],
    [
      'v1.29.2',
      "0/6 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable, 4 node(s) didn't match Pod's node affinity/selector. preemption: 0/6 nodes are available: 1 No preemption victims found for incoming pod, 5 Preemption is not helpful for scheduling.",
    ],
    [
      'v1.34.0',
      "0/6 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable, 4 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/6 nodes are available: 6 Preemption is not helpful for scheduling.",
    ],
  ] as const)('is told in the words of Kubernetes %s', async ([kubeVersion, message]) => {
    await using ks = await startFakeKsApiserver({ kubeVersion });
    const admin = await small(ks, 'one');
    const tolerations = [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }];
    expect(messageOf(await run(admin, 'big', { cpu: '3', spec: { tolerations } }))).toBe(message);
  });

  test('counts everything a node has, and what a pod needs to start', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await small(ks, 'one');
    const container = { name: 'c', image: 'nginx' };
    const gpu = { containers: [{ ...container, resources: { limits: { 'nvidia.com/gpu': '1' } } }] };
    expect(messageOf(await run(admin, 'first', { spec: gpu }))).toContain('1 Insufficient nvidia.com/gpu');
    const status = { allocatable: { cpu: '2', pods: '10', 'nvidia.com/gpu': '1' } };
    await admin.send('PATCH', '/api/v1/nodes/one/status', { status }, merge);
    expect((await podOf(admin, 'first')).spec['nodeName']).toBe('one');
    expect(messageOf(await run(admin, 'second', { spec: gpu }))).toContain('1 Insufficient nvidia.com/gpu');
    const init = { name: 'i', image: 'nginx', resources: { requests: { cpu: '3' } } };
    const starting = { containers: [container], initContainers: [init] };
    expect(messageOf(await run(admin, 'third', { spec: starting }))).toContain('1 Insufficient cpu');
  });
});

describe('pods that wait', () => {
  test('for room get it when a pod has come to its end, those that matter most first', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await small(ks, 'one');
    await run(admin, 'there', { spec: { priorityClassName: 'high' } });
    await run(admin, 'minor', { priority: 'low' });
    await run(admin, 'major', { priority: 'high' });
    await admin.send('PATCH', `${core}/pods/there/status`, { status: { phase: 'Succeeded' } }, merge);
    expect((await podOf(admin, 'major')).spec['nodeName']).toBe('one');
    expect((await podOf(admin, 'minor')).spec).not.toHaveProperty('nodeName');
  });

  test('behind gates are placed once the last one is opened', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await small(ks, 'one');
    const held = await run(admin, 'held', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } });
    expect(held['status']).toMatchObject({
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        },
      ],
    });
    expect(await eventsOf(admin, 'held')).toEqual([]);
    await admin.send('PATCH', `${core}/pods/held`, { spec: { schedulingGates: null } }, merge);
    expect((await podOf(admin, 'held')).spec['nodeName']).toBe('one');
  });
});

describe('a pod that may go to several nodes takes the one', () => {
  const on = (name: string): object => ({
    matchExpressions: [{ key: host, operator: 'In', values: [name] }],
  });
  const labelSelector = { matchLabels: { app: 'friend' } };
  const term = { weight: 1, podAffinityTerm: { labelSelector, topologyKey: host } };

  test.for([
    [
      'it prefers',
      { affinity: { nodeAffinity: { [preferred]: [{ weight: 1, preference: on('two') }] } } },
      'two',
    ],
    ['with the pods it would rather be near', { affinity: { podAffinity: { [preferred]: [term] } } }, 'one'],
    [
      'without the pods it would rather be far from',
      { affinity: { podAntiAffinity: { [preferred]: [term] } } },
      'two',
    ],
    [
      'where there are fewer of its sort',
      {
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: host, whenUnsatisfiable: 'ScheduleAnyway', labelSelector },
        ],
      },
      'two',
    ],
  ] as const)('%s', async ([, spec, node]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await small(ks, 'one', 'two');
    const there = { nodeAffinity: { [required]: { nodeSelectorTerms: [on('one')] } } };
    const away = { nodeAffinity: { [required]: { nodeSelectorTerms: [on('two')] } } };
    await run(admin, 'friend', { cpu: '100m', labels: { app: 'friend' }, spec: { affinity: there } });
    // Without a preference the emptier node would be taken, which is not the one that is wanted.
    const crowded = node === 'one' ? there : away;
    for (const name of ['x', 'y', 'z']) await run(admin, name, { cpu: '100m', spec: { affinity: crowded } });
    expect(
      (await run(admin, 'chooser', { cpu: '100m', labels: { app: 'friend' }, spec })).spec['nodeName'],
    ).toBe(node);
  });

  test('that would rather have no pods only when there is no other', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await small(ks, 'one', 'two');
    const taints = [{ key: 'slow', effect: 'PreferNoSchedule' }];
    await admin.send('PATCH', '/api/v1/nodes/one', { spec: { taints } }, merge);
    expect((await run(admin, 'a')).spec['nodeName']).toBe('two');
    expect((await run(admin, 'b')).spec['nodeName']).toBe('one');
  });
});
