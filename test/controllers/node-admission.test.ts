import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const now = '2026-01-02T03:04:05Z';
const pods = '/api/v1/namespaces/default/pods';
const room = { cpu: '1', memory: '1Gi', pods: '3' };

function node(name: string, more: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: {
      capacity: room,
      allocatable: room,
      conditions: [{ type: 'Ready', status: 'True' }],
      addresses: [{ type: 'InternalIP', address: '10.0.0.9' }],
    },
    ...more,
  };
}

async function starting(object: object = node('n')): Promise<{
  readonly ks: Awaited<ReturnType<typeof startFakeKsApiserver>>;
  readonly admin: Asker;
}> {
  const ks = await startFakeKsApiserver({ now, kubeVersion: 'v1.32.4', controllers: { daemonset: false } });
  const admin = await as(ks, 'admin');
  const answer = await admin.send('POST', '/api/v1/nodes', object);
  expect(answer.status, answer.text).toBe(201);
  return { ks, admin };
}

function asking(cpu: string, more: object = {}): object {
  return { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }], ...more };
}

async function put(admin: Asker, name: string, spec: object): Promise<void> {
  const answer = await admin.send('POST', pods, { metadata: { name }, spec: { nodeName: 'n', ...spec } });
  expect(answer.status, answer.text).toBe(201);
}

async function statusOf(admin: Asker, name: string): Promise<Body> {
  return (await admin.get(`${pods}/${name}`)).json['status'] as Body;
}

describe('a pod somebody puts on a node by hand', () => {
  test('is rejected when the node has too little left of what it asks for', async () => {
    const { ks, admin } = await starting();
    await using _ = ks;
    await put(admin, 'a', asking('600m'));
    await put(admin, 'b', asking('500m'));
    const why = "Node didn't have enough resource: cpu, requested: 500, used: 600, capacity: 1000";
    expect(await statusOf(admin, 'a')).toMatchObject({ phase: 'Running' });
    expect(await statusOf(admin, 'b')).toEqual({
      phase: 'Failed',
      qosClass: 'Burstable',
      reason: 'OutOfcpu',
      message: `Pod was rejected: ${why}`,
      startTime: now,
    });
    const events = await admin.get(
      '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Db,reason%3DOutOfcpu',
    );
    expect(events.json.items).toMatchObject([
      { type: 'Warning', message: why, source: { component: 'kubelet', host: 'n' } },
    ]);
  });

  test('is rejected by memory, by the number of pods, by its selector and by a port that is taken', async () => {
    const { ks, admin } = await starting();
    await using _ = ks;
    const hungry = { containers: [{ name: 'c', image: 'i', resources: { requests: { memory: '2Gi' } } }] };
    const port = {
      containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] }],
    };
    await put(admin, 'memory', hungry);
    await put(admin, 'selector', { ...asking('1m'), nodeSelector: { a: 'b' } });
    await put(admin, 'port', port);
    await put(admin, 'port-again', port);
    await put(admin, 'second', asking('1m'));
    await put(admin, 'third', asking('1m'));
    await put(admin, 'fourth', asking('1m'));
    const rejections = await Promise.all(
      ['memory', 'selector', 'port-again', 'fourth', 'third'].map(async (name) => {
        const { reason, message } = await statusOf(admin, name);
        return [reason, message];
      }),
    );
    expect(rejections).toEqual([
      [
        'OutOfmemory',
        "Pod was rejected: Node didn't have enough resource: memory, requested: 2147483648, used: 0, capacity: 1073741824",
      ],
      [
        'NodeAffinity',
        "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
      ],
      [
        'NodePorts',
        "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
      ],
      [
        'OutOfpods',
        "Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3",
      ],
      [undefined, undefined],
    ]);
  });

  test('is bound by a Binding and rejected all the same', async () => {
    const { ks, admin } = await starting(node('n', { spec: { unschedulable: true } }));
    await using _ = ks;
    await admin.send('POST', pods, {
      metadata: { name: 'a' },
      spec: { ...asking('2'), schedulerName: 'by-hand' },
    });
    const target = { apiVersion: 'v1', kind: 'Node', name: 'n' };
    const bound = await admin.send('POST', `${pods}/a/binding`, { metadata: { name: 'a' }, target });
    expect(bound.status, bound.text).toBe(201);
    expect(await statusOf(admin, 'a')).toMatchObject({ phase: 'Failed', reason: 'OutOfcpu' });
  });

  test('comes again later and later where a ReplicaSet insists', async () => {
    const { ks, admin } = await starting();
    await using _ = ks;
    const answer = await admin.send('POST', '/apis/apps/v1/namespaces/default/replicasets', {
      metadata: { name: 'r' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { ...asking('2'), nodeName: 'n' } },
      },
    });
    expect(answer.status, answer.text).toBe(201);
    const counts = async (): Promise<readonly number[]> => {
      const phases = (await admin.get(pods)).json.items.map(({ status }) => (status as Body)['phase']);
      return ['Failed', 'Pending'].map((phase) => phases.filter((one) => one === phase).length);
    };
    expect(await counts()).toEqual([1, 1]);
    await ks.clock.advance('1s');
    expect(await counts()).toEqual([2, 1]);
    await ks.clock.advance('1m');
    expect(await counts()).toEqual([6, 1]);
  });
});
