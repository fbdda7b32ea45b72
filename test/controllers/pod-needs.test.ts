import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const now = '2026-01-02T03:04:05Z';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

async function run(admin: Asker, spec: object): Promise<void> {
  const containers = [{ name: 'web', image: 'web' }];
  const answer = await admin.send('POST', `${core}/pods`, {
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: { containers, ...spec },
  });
  expect(answer.status, answer.text).toBe(201);
}

async function statusOf(admin: Asker): Promise<Body> {
  return (await admin.get(`${core}/pods/web`)).json['status'] as Body;
}

/** What `kubectl get pods` says of the pod. */
async function cellOf(admin: Asker): Promise<unknown> {
  const url = `${core}/pods/web`;
  const { json } = await (admin as Asker & { table(path: string): Promise<{ json: Body }> }).table(url);
  return (json['rows'] as { cells: unknown[] }[])[0]?.cells[2];
}

async function starting(options: object = {}): Promise<{
  readonly ks: Awaited<ReturnType<typeof startFakeKsApiserver>>;
  readonly admin: Asker;
}> {
  const ks = await startFakeKsApiserver({ now, ...options });
  const admin = await as(ks, 'admin');
  const token = await ks.token({ user: 'admin' });
  const table = async (path: string): Promise<{ json: Body }> => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const response = await fetch(ks.url + path, { headers: { authorization: `Bearer ${token}`, accept } });
    return { json: (await response.json()) as Body };
  };
  return { ks, admin: Object.assign(admin, { table }) };
}

async function messagesOf(admin: Asker, reason: string): Promise<[unknown, unknown][]> {
  const path = `${core}/events?fieldSelector=involvedObject.name%3Dweb,reason%3D${reason}`;
  return (await admin.get(path)).json.items.map(({ message, count }) => [message, count]);
}

async function conditionOf(admin: Asker, type: string): Promise<Condition | undefined> {
  const { conditions } = (await statusOf(admin)) as unknown as { readonly conditions: readonly Condition[] };
  return conditions.find((one) => one.type === type);
}

const mounting = (source: object): object => ({
  containers: [{ name: 'web', image: 'web', volumeMounts: [{ name: 'files', mountPath: '/files' }] }],
  volumes: [{ name: 'files', ...source }],
});
const reading = (variable: object): object => ({ containers: [{ name: 'web', image: 'web', ...variable }] });

const map = { path: 'configmaps', body: { metadata: { name: 'app' }, data: { key: 'x' } } };
const secret = { path: 'secrets', body: { metadata: { name: 'app' }, stringData: { key: 'x' } } };

describe('a pod waits for the files of its volumes', () => {
  test.for([
    ['a ConfigMap', { configMap: { name: 'app' } }, map, 'configmap "app" not found'],
    ['a Secret', { secret: { secretName: 'app' } }, secret, 'secret "app" not found'],
    [
      'one of several',
      { projected: { sources: [{ secret: { name: 'app' } }] } },
      secret,
      'secret "app" not found',
    ],
  ] as const)('from %s', async ([, source, { path, body }, why]) => {
    const { ks, admin } = await starting();
    await using _ = ks;
    await run(admin, mounting(source));
    expect(await statusOf(admin)).toMatchObject({
      phase: 'Pending',
      startTime: now,
      containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } }, ready: false }],
    });
    expect(await statusOf(admin)).not.toHaveProperty('podIP');
    expect(await conditionOf(admin, 'PodReadyToStartContainers')).toMatchObject({ status: 'False' });
    expect(await cellOf(admin)).toBe('ContainerCreating');
    const message = `MountVolume.SetUp failed for volume "files" : ${why}`;
    expect(await messagesOf(admin, 'FailedMount')).toEqual([[message, 1]]);
    await ks.clock.advance('4s');
    expect(await messagesOf(admin, 'FailedMount')).toEqual([[message, 5]]);
    await admin.send('POST', `${core}/${path}`, body);
    expect(await statusOf(admin)).toMatchObject({ phase: 'Running', podIP: expect.any(String) as string });
    expect(await cellOf(admin)).toBe('Running');
  });

  test.for([
    ['that may be missing', mounting({ configMap: { name: 'app', optional: true } })],
    ['that nobody mounts', { volumes: [{ name: 'files', configMap: { name: 'app' } }] }],
  ] as const)('not for those %s', async ([, spec]) => {
    const { ks, admin } = await starting();
    await using _ = ks;
    await run(admin, spec);
    expect(await statusOf(admin)).toMatchObject({ phase: 'Running' });
  });

  test.for([
    ['configMap', map, 'configmap references non-existent config key: other'],
    ['secret', secret, 'references non-existent secret key: other'],
  ] as const)('for each it names: %s', async ([key, { path, body }, why]) => {
    const { ks, admin } = await starting();
    await using _ = ks;
    await admin.send('POST', `${core}/${path}`, body);
    const name = key === 'secret' ? { secretName: 'app' } : { name: 'app' };
    await run(admin, mounting({ [key]: { ...name, items: [{ key: 'other', path: 'other' }] } }));
    const message = `MountVolume.SetUp failed for volume "files" : ${why}`;
    expect(await messagesOf(admin, 'FailedMount')).toEqual([[message, 1]]);
    await admin.send('PATCH', `${core}/${path}/app`, { data: { other: 'eA==' } }, merge);
    expect(await statusOf(admin)).toMatchObject({ phase: 'Running' });
  });
});

describe('a container waits for its variables', () => {
  const from = (key: string): object => ({
    env: [{ name: 'A', valueFrom: { [key]: { name: 'app', key: 'key' } } }],
  });

  test.for([
    ['a ConfigMap', from('configMapKeyRef'), map, 'configmap "app" not found'],
    ['a Secret', from('secretKeyRef'), secret, 'secret "app" not found'],
    [
      'all of a ConfigMap',
      { envFrom: [{ configMapRef: { name: 'app' } }] },
      map,
      'configmap "app" not found',
    ],
    ['all of a Secret', { envFrom: [{ secretRef: { name: 'app' } }] }, secret, 'secret "app" not found'],
  ] as const)('from %s', async ([, variable, { path, body }, why]) => {
    const { ks, admin } = await starting();
    await using _ = ks;
    await run(admin, reading(variable));
    const waiting = { reason: 'CreateContainerConfigError', message: why };
    expect(await statusOf(admin)).toMatchObject({
      phase: 'Pending',
      podIP: expect.any(String) as string,
      containerStatuses: [{ state: { waiting } }],
    });
    expect(await cellOf(admin)).toBe('CreateContainerConfigError');
    expect(await messagesOf(admin, 'Failed')).toEqual([[`Error: ${why}`, 1]]);
    await ks.clock.advance('24s');
    expect(await messagesOf(admin, 'Failed')).toEqual([[`Error: ${why}`, 3]]);
    await admin.send('POST', `${core}/${path}`, body);
    expect(await statusOf(admin)).toMatchObject({
      phase: 'Running',
      containerStatuses: [{ ready: true, restartCount: 0 }],
    });
  });

  test('while others of the pod run, and init containers before all others', async () => {
    const { ks, admin } = await starting();
    await using _ = ks;
    const { env } = from('configMapKeyRef') as { env: object[] };
    const other = { name: 'other', image: 'other' };
    await admin.send('POST', `${core}/${map.path}`, { metadata: { name: 'app' }, data: {} });
    await run(admin, {
      initContainers: [{ name: 'first', image: 'init' }],
      containers: [{ name: 'web', image: 'web', env }, other],
    });
    const why = "couldn't find key key in ConfigMap default/app";
    expect(await statusOf(admin)).toMatchObject({
      phase: 'Pending',
      initContainerStatuses: [{ state: { terminated: { exitCode: 0 } } }],
      containerStatuses: [{ state: { waiting: { message: why } } }, { state: { running: {} } }],
    });
    await admin.send('DELETE', `${core}/pods/web`);
    await run(admin, { initContainers: [{ name: 'first', image: 'init', env }], containers: [other] });
    expect(await cellOf(admin)).toBe('Init:CreateContainerConfigError');
    expect(await conditionOf(admin, 'Initialized')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [first]',
    });
    await admin.send('PATCH', `${core}/${map.path}/app`, { data: { key: 'x' } }, merge);
    expect(await statusOf(admin)).toMatchObject({ phase: 'Running' });
    expect(await conditionOf(admin, 'Initialized')).toMatchObject({ status: 'True' });
  });

  test('for a year without trouble', async () => {
    const { ks, admin } = await starting();
    await using _ = ks;
    await run(admin, reading(from('secretKeyRef')));
    await ks.clock.advance('8760h');
    expect(await messagesOf(await as(ks, 'admin'), 'Failed')).toHaveLength(1);
  });
});

test('a pod whose image is missing starts once it is given one that is there', async () => {
  const { ks, admin } = await starting();
  await using _ = ks;
  await ks.scenario({ description: 'Missing.', containers: [{ image: 'web', missing: true }] });
  await run(admin, {});
  expect(await cellOf(admin)).toBe('ImagePullBackOff');
  const spec = { containers: [{ name: 'web', image: 'other' }] };
  await admin.send('PATCH', `${core}/pods/web`, { spec }, strategic);
  expect(await statusOf(admin)).toMatchObject({ phase: 'Running', containerStatuses: [{ image: 'other' }] });
});

test('a pod is ready once its readiness gates say so', async () => {
  const { ks, admin } = await starting();
  await using _ = ks;
  const type = 'example.com/ready';
  await run(admin, { readinessGates: [{ conditionType: type }] });
  expect(await conditionOf(admin, 'ContainersReady')).toMatchObject({ status: 'True' });
  expect(await conditionOf(admin, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'ReadinessGatesNotReady',
    message: `corresponding condition of pod readiness gate "${type}" does not exist.`,
  });
  const say = async (status: string): Promise<void> => {
    await admin.send(
      'PATCH',
      `${core}/pods/web/status`,
      { status: { conditions: [{ type, status }] } },
      strategic,
    );
  };
  await say('False');
  expect((await conditionOf(admin, 'Ready'))?.message).toBe(
    `the status of pod readiness gate "${type}" is not "True", but False`,
  );
  await say('True');
  expect(await conditionOf(admin, 'Ready')).toMatchObject({ status: 'True' });
  await say('False');
  expect(await conditionOf(admin, 'Ready')).toMatchObject({ status: 'False' });
});

test('a pod that has a deadline fails when it is over', async () => {
  const { ks, admin } = await starting();
  await using _ = ks;
  await run(admin, { activeDeadlineSeconds: 30, restartPolicy: 'Never' });
  await ks.clock.advance('29s');
  expect(await statusOf(admin)).toMatchObject({ phase: 'Running' });
  await ks.clock.advance('1s');
  const message = 'Pod was active on the node longer than the specified deadline';
  expect(await statusOf(admin)).toMatchObject({
    phase: 'Failed',
    reason: 'DeadlineExceeded',
    message,
    containerStatuses: [{ state: { terminated: { exitCode: 137 } } }],
  });
  expect(await messagesOf(admin, 'DeadlineExceeded')).toEqual([[message, 1]]);
});

test.for([
  ['v1.28.0', [false, false]],
  ['v1.29.0', [true, true]],
] as const)('a pod tells of its sandbox and node what Kubernetes %s tells', async ([kubeVersion, has]) => {
  const { ks, admin } = await starting({ kubeVersion });
  await using _ = ks;
  await run(admin, {});
  const told = [
    (await conditionOf(admin, 'PodReadyToStartContainers')) !== undefined,
    (await statusOf(admin))['hostIPs'] !== undefined,
  ];
  expect(told).toEqual(has);
});
