import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Answer, type Asker, type Body } from '../support/ask.js';

const apps = '/apis/apps/v1/namespaces/default';
const core = '/api/v1/namespaces/default';
const merge = 'application/merge-patch+json';

function deployment(name: string, spec: object = {}, template: object = {}): object {
  return {
    metadata: { name, labels: { app: name } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, ...template },
        spec: { containers: [{ name: 'web', image: 'nginx:1.25', ports: [{ containerPort: 80 }] }] },
      },
      ...spec,
    },
  };
}

async function podsOf(admin: Asker, app: string): Promise<readonly Body[]> {
  return (await admin.get(`${core}/pods?labelSelector=app%3D${app}`)).json.items;
}

async function setsOf(admin: Asker, app: string): Promise<readonly Body[]> {
  return (await admin.get(`${apps}/replicasets?labelSelector=app%3D${app}`)).json.items;
}

async function reasonsOf(admin: Asker, kind: string, name: string): Promise<unknown[]> {
  const { json } = await admin.get(
    `${core}/events?fieldSelector=involvedObject.kind%3D${kind},involvedObject.name%3D${name}`,
  );
  return json.items.map((event) => event['reason']);
}

function refusal({ status, json }: Answer): unknown[] {
  return [status, json['message']];
}

describe('a Deployment', () => {
  test('has its pods ready at once, is scaled, rolled out, rolled back and taken away with all it had', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    const made = await admin.send('POST', `${apps}/deployments`, deployment('web'));
    expect(made.status).toBe(201);
    expect(made.json['status']).toEqual({});
    const { json } = await admin.get(`${apps}/deployments/web`);
    expect(json.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(json['status']).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
      ],
    });
    const [first] = await setsOf(admin, 'web');
    expect(first?.metadata.name).toBe(`web-${first?.metadata.labels['pod-template-hash'] ?? ''}`);
    const pods = await podsOf(admin, 'web');
    expect(pods).toHaveLength(3);
    expect(new Set(pods.map(({ status }) => (status as { podIP: string }).podIP)).size).toBe(3);
    expect(pods[0]).toMatchObject({
      spec: { nodeName: expect.stringMatching(/^node/) as string },
      status: {
        phase: 'Running',
        startTime: '2026-01-02T03:04:05Z',
        containerStatuses: [{ name: 'web', ready: true, state: { running: {} } }],
      },
    });
    expect(await reasonsOf(admin, 'Deployment', 'web')).toEqual(['ScalingReplicaSet']);
    expect(await reasonsOf(admin, 'Pod', pods[0]?.metadata.name ?? '')).toEqual([
      'Scheduled',
      'Pulled',
      'Created',
      'Started',
    ]);

    await admin.send('PATCH', `${apps}/deployments/web`, { spec: { replicas: 5 } }, merge);
    expect(await podsOf(admin, 'web')).toHaveLength(5);
    expect(await setsOf(admin, 'web')).toHaveLength(1);

    const next = [{ name: 'web', image: 'nginx:1.26' }];
    await admin.send(
      'PATCH',
      `${apps}/deployments/web`,
      { spec: { template: { spec: { containers: next } } } },
      merge,
    );
    const images = (await podsOf(admin, 'web')).map(
      ({ spec }) => (spec['containers'] as { image: string }[])[0]?.image,
    );
    expect(images).toEqual(Array(5).fill('nginx:1.26'));
    const sets = await setsOf(admin, 'web');
    expect(
      sets
        .map(({ metadata, spec }) => [
          metadata.annotations['deployment.kubernetes.io/revision'],
          spec['replicas'],
        ])
        .sort(),
    ).toEqual([
      ['1', 0],
      ['2', 5],
    ]);
    const rolled = await admin.get(`${apps}/deployments/web`);
    expect(rolled.json['status']).toMatchObject({
      observedGeneration: 3,
      updatedReplicas: 5,
      availableReplicas: 5,
    });

    const before = [{ name: 'web', image: 'nginx:1.25', ports: [{ containerPort: 80 }] }];
    await admin.send(
      'PATCH',
      `${apps}/deployments/web`,
      { spec: { template: { spec: { containers: before } } } },
      merge,
    );
    expect(
      (await setsOf(admin, 'web'))
        .map(({ metadata, spec }) => [
          metadata.annotations['deployment.kubernetes.io/revision'],
          spec['replicas'],
        ])
        .sort(),
    ).toEqual([
      ['2', 0],
      ['3', 5],
    ]);

    await admin.send('DELETE', `${apps}/deployments/web`);
    expect([await setsOf(admin, 'web'), await podsOf(admin, 'web')]).toEqual([[], []]);
  });

  test('replaces a pod that is deleted', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${apps}/deployments`, deployment('web', { replicas: 1 }));
    const [pod] = await podsOf(admin, 'web');
    await admin.send('DELETE', `${core}/pods/${pod?.metadata.name ?? ''}`);
    const [other, ...more] = await podsOf(admin, 'web');
    expect(more).toEqual([]);
    expect(other?.metadata.name).not.toBe(pod?.metadata.name);
  });

  test('gets the token of a KubeSphere ServiceAccount into its pods', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const annotations = { 'kubesphere.io/serviceaccount-name': 'sample' };
    await admin.send(
      'POST',
      `${apps}/deployments`,
      deployment('sample-deploy', { replicas: 1 }, { annotations }),
    );
    const [set] = await setsOf(admin, 'sample-deploy');
    const message =
      'admission webhook "serviceaccount-pod-injector.kubesphere.io" denied the request: ServiceAccount.kubesphere.io "sample" not found';
    expect(await podsOf(admin, 'sample-deploy')).toEqual([]);
    expect(set).toMatchObject({
      status: { conditions: [{ type: 'ReplicaFailure', reason: 'FailedCreate', message }] },
    });
    const events = await admin.get(`${core}/events?fieldSelector=reason%3DFailedCreate`);
    expect(events.json.items.map((event) => event['message'])).toEqual([`Error creating: ${message}`]);
    await admin.send('POST', '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts', {
      metadata: { name: 'sample' },
      secrets: [],
    });
    const [pod] = await podsOf(admin, 'sample-deploy');
    const account = await admin.get('/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts/sample');
    const [{ name }] = account.json['secrets'] as [{ name: string }];
    expect((pod?.spec['volumes'] as object[]).at(-1)).toEqual({
      name: 'kubesphere-service-account',
      projected: {
        sources: [{ secret: { name, items: [{ key: 'token', path: 'token' }] } }],
        defaultMode: 420,
      },
    });
    const [container] = pod?.spec['containers'] as [{ volumeMounts: object[] }];
    expect(container.volumeMounts.at(-1)).toEqual({
      name: 'kubesphere-service-account',
      readOnly: true,
      mountPath: '/var/run/secrets/kubesphere.io/serviceaccount',
    });
  });
});

describe('a pod that names a KubeSphere ServiceAccount', () => {
  const pod = {
    metadata: { name: 'sample-pod', annotations: { 'kubesphere.io/serviceaccount-name': 'sample' } },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  };
  const denied = 'admission webhook "serviceaccount-pod-injector.kubesphere.io" denied the request: ';
  const accounts = '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts';

  test('is refused in three ways', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const create = async (): Promise<unknown[]> => refusal(await admin.send('POST', `${core}/pods`, pod));
    expect(await create()).toEqual([404, `${denied}ServiceAccount.kubesphere.io "sample" not found`]);
    await admin.send('POST', accounts, { metadata: { name: 'sample' } });
    const account = await admin.get(`${accounts}/sample`);
    const [{ name }] = account.json['secrets'] as [{ name: string }];
    await admin.send('DELETE', `${core}/secrets/${name}`);
    expect(await create()).toEqual([404, `${denied}Secret "${name}" not found`]);
    await admin.send('PATCH', `${accounts}/sample`, { secrets: [] }, merge);
    expect(await create()).toEqual([500, `${denied}can not find any token in service account: sample`]);
  });

  test('is taken as it is before 4.1', async () => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4' });
    const admin = await as(ks, 'admin');
    expect((await admin.send('POST', `${core}/pods`, pod)).status).toBe(201);
  });
});

describe('other workloads', () => {
  const template = (app: string): object => ({
    metadata: { labels: { app } },
    spec: {
      containers: [{ name: 'c', image: 'nginx:1.25', ports: [{ name: 'http', containerPort: 8080 }] }],
    },
  });

  test('a Service follows its pods with Endpoints and an EndpointSlice, and takes them along', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const service = {
      metadata: { name: 'db' },
      spec: { selector: { app: 'db' }, ports: [{ port: 80, targetPort: 'http' }] },
    };
    await admin.send('POST', `${core}/services`, service);
    expect((await admin.get(`${core}/endpoints/db`)).json).not.toHaveProperty('subsets');
    await admin.send('POST', `${apps}/statefulsets`, {
      metadata: { name: 'db' },
      spec: {
        replicas: 2,
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: template('db'),
      },
    });
    const addresses = (await podsOf(admin, 'db'))
      .map(({ status }) => (status as { podIP: string }).podIP)
      .sort();
    const { json } = await admin.get(`${core}/endpoints/db`);
    const [subset] = json['subsets'] as [{ addresses: { ip: string }[]; ports: object[] }];
    expect(subset.addresses.map(({ ip }) => ip)).toEqual(addresses);
    expect(subset.ports).toEqual([{ port: 8080, protocol: 'TCP' }]);
    const slices =
      '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Ddb';
    const [slice] = (await admin.get(slices)).json.items;
    const sliced = slice?.['endpoints'] as { addresses: string[] }[];
    expect(sliced.flatMap((one) => one.addresses).sort()).toEqual(addresses);
    await admin.send('DELETE', `${core}/services/db`);
    expect((await admin.get(`${core}/endpoints/db`)).status).toBe(404);
    expect((await admin.get(slices)).json.items).toEqual([]);
  });

  test('a StatefulSet has numbered pods with bound claims, replaces them on a change, and leaves the claims', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${apps}/statefulsets`, {
      metadata: { name: 'db' },
      spec: {
        replicas: 3,
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: template('db'),
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    });
    const names = async (): Promise<string[]> =>
      (await podsOf(admin, 'db')).map(({ metadata }) => metadata.name);
    expect(await names()).toEqual(['db-0', 'db-1', 'db-2']);
    const { json } = await admin.get(`${apps}/statefulsets/db`);
    expect(json['status']).toMatchObject({ readyReplicas: 3, updatedReplicas: 3, availableReplicas: 3 });
    const claim = (await admin.get(`${core}/persistentvolumeclaims/data-db-1`)).json;
    expect(claim).toMatchObject({
      spec: { storageClassName: 'local' },
      status: { phase: 'Bound', capacity: { storage: '1Gi' } },
    });
    const next = {
      spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } }, replicas: 2 },
    };
    await admin.send('PATCH', `${apps}/statefulsets/db`, next, merge);
    expect(await names()).toEqual(['db-0', 'db-1']);
    const images = (await podsOf(admin, 'db')).map(
      ({ spec }) => (spec['containers'] as { image: string }[])[0]?.image,
    );
    expect(images).toEqual(['nginx:2', 'nginx:2']);
    const rolled = (await admin.get(`${apps}/statefulsets/db`)).json['status'] as Record<string, unknown>;
    expect(rolled['currentRevision']).toBe(rolled['updateRevision']);
    await admin.send('DELETE', `${apps}/statefulsets/db`);
    expect(await names()).toEqual([]);
    expect((await admin.get(`${core}/persistentvolumeclaims/data-db-2`)).status).toBe(200);
    const volume = (claim.spec as { volumeName: string }).volumeName;
    await admin.send('DELETE', `${core}/persistentvolumeclaims/data-db-1`);
    expect((await admin.get(`/api/v1/persistentvolumes/${volume}`)).status).toBe(404);
  });

  test('a DaemonSet has a pod on every node that takes one', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${apps}/daemonsets`, {
      metadata: { name: 'log' },
      spec: { selector: { matchLabels: { app: 'log' } }, template: template('log') },
    });
    const all = (await admin.get('/api/v1/nodes')).json.items;
    // A cordoned node takes daemons; that of the control plane does not.
    const nodes = all.filter(({ metadata }) => metadata.name !== 'master');
    expect(nodes.length).toBeGreaterThan(3);
    const on = (await podsOf(admin, 'log')).map(({ spec }) => spec['nodeName']);
    expect(on.sort()).toEqual(nodes.map(({ metadata }) => metadata.name).sort());
    const { json } = await admin.get(`${apps}/daemonsets/log`);
    expect(json['status']).toMatchObject({
      desiredNumberScheduled: on.length,
      numberReady: on.length,
      numberAvailable: on.length,
    });
  });

  test('a Job is done at once', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    const spec = {
      completions: 3,
      parallelism: 2,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } },
    };
    const made = await admin.send('POST', jobs, { metadata: { name: 'once' }, spec });
    const { uid } = made.json.metadata;
    expect(made.json.spec['selector']).toEqual({
      matchLabels: { 'batch.kubernetes.io/controller-uid': uid },
    });
    const { json } = await admin.get(`${jobs}/once`);
    expect(json['status']).toMatchObject({
      succeeded: 3,
      conditions: [{ type: 'Complete', status: 'True' }],
    });
    const pods = (await admin.get(`${core}/pods?labelSelector=job-name%3Donce`)).json.items;
    expect(pods.map(({ status }) => (status as { phase: string }).phase)).toEqual(Array(3).fill('Succeeded'));
    await admin.send('DELETE', `${jobs}/once?propagationPolicy=Background`);
    expect((await admin.get(`${core}/pods?labelSelector=job-name%3Donce`)).json.items).toEqual([]);
  });

  test('a CronJob runs as the clock moves, and keeps as many Jobs as it should', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    const batch = '/apis/batch/v1/namespaces/default';
    const jobTemplate = {
      spec: {
        template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'busybox' }] } },
      },
    };
    await admin.send('POST', `${batch}/cronjobs`, {
      metadata: { name: 'tick' },
      spec: { schedule: '*/5 * * * *', jobTemplate },
    });
    const names = async (): Promise<string[]> =>
      (await admin.get(`${batch}/jobs`)).json.items
        .map(({ metadata }) => metadata.name)
        .filter((name) => name.startsWith('tick-'));
    expect(await names()).toEqual([]);
    await ks.clock.advance('1m');
    expect(await names()).toEqual([`tick-${String(Date.parse('2026-01-02T03:05:00Z') / 60_000)}`]);
    for (let turn = 0; turn < 4; turn += 1) await ks.clock.advance('5m');
    expect(await names()).toHaveLength(3);
    expect((await admin.get(`${batch}/cronjobs/tick`)).json['status']).toMatchObject({
      lastScheduleTime: '2026-01-02T03:25:00Z',
    });
  });
});

describe('controllers', () => {
  test.for([
    [{ replicaset: false }, [1, 0]],
    [['-deployment'], [0, 0]],
    [['deployment'], [1, 0]],
  ] as const)('%j does without the others', async ([controllers, counts]) => {
    await using ks = await startFakeKsApiserver({ controllers });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${apps}/deployments`, deployment('web'));
    expect([(await setsOf(admin, 'web')).length, (await podsOf(admin, 'web')).length]).toEqual(counts);
  });

  test('that do not exist are refused', async () => {
    await expect(startFakeKsApiserver({ controllers: { deploiment: false } })).rejects.toThrow(/deploiment/);
  });

  test('leave pods waiting that fit nowhere until there is room', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const spec = { nodeSelector: { disk: 'fast' }, containers: [{ name: 'c', image: 'nginx' }] };
    await admin.send('POST', `${core}/pods`, { metadata: { name: 'p' }, spec });
    const waiting = (await admin.get(`${core}/pods/p`)).json;
    expect(waiting['status']).toMatchObject({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', reason: 'Unschedulable' }],
    });
    expect(await reasonsOf(admin, 'Pod', 'p')).toEqual(['FailedScheduling']);
    const node = (await admin.get('/api/v1/nodes/node1')).json;
    await admin.send('PUT', '/api/v1/nodes/node1', {
      ...node,
      metadata: { ...node.metadata, labels: { ...node.metadata.labels, disk: 'fast' } },
    });
    expect((await admin.get(`${core}/pods/p`)).json).toMatchObject({
      spec: { nodeName: 'node1' },
      status: { phase: 'Running' },
    });
  });
});

test.for(['deployments', 'replicasets', 'daemonsets'])(
  'a condition somebody sets in the status of %s outlives what the controller says',
  async (plural) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const path = `${apps}/${plural}/own`;
    const { metadata, spec } = deployment('own') as { metadata: object; spec: Record<string, unknown> };
    const { replicas, ...rest } = spec;
    const made = await admin.send('POST', `${apps}/${plural}`, {
      metadata,
      spec: plural === 'daemonsets' ? rest : { ...rest, replicas },
    });
    expect(made.status, made.text).toBe(201);
    const condition = { op: 'add', path: '/status/conditions/-', value: { type: 'Tested', status: 'True' } };
    const { status } = (await admin.get(path)).json as unknown as { status: { conditions?: object[] } };
    const list = { op: 'add', path: '/status/conditions', value: [] };
    const patch = status.conditions === undefined ? [list, condition] : [condition];
    await admin.send('PATCH', `${path}/status`, patch, 'application/json-patch+json');
    const image = { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'nginx:2' };
    await admin.send('PATCH', path, [image], 'application/json-patch+json');
    const { json } = await admin.get(path);
    expect(json['status']).toMatchObject({
      observedGeneration: 2,
      conditions: expect.arrayContaining([
        expect.objectContaining({ type: 'Tested', status: 'True' }),
      ]) as unknown,
    });
  },
);
