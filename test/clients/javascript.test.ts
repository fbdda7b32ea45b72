/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment, @typescript-eslint/no-misused-spread --
   the types of this client are classes, and plain objects are what it takes */
import { PassThrough, Readable, Writable } from 'node:stream';
import {
  ApiException,
  AppsV1Api,
  Attach,
  CoreV1Api,
  CustomObjectsApi,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  Metrics,
  PortForward,
  Watch,
  type V1ConfigMap,
  type V1Status,
} from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';

const namespace = 'default';
const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;

async function configOf(ks: InProcessFake): Promise<KubeConfig> {
  const config = new KubeConfig();
  config.loadFromString(await ks.kubeconfig());
  return config;
}

async function codeOf(call: Promise<unknown>): Promise<number | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => (error instanceof ApiException ? (error as ApiException<unknown>).code : -1),
  );
}

async function runPod(config: KubeConfig): Promise<void> {
  const spec = { containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }] };
  await config
    .makeApiClient(CoreV1Api)
    .createNamespacedPod({ namespace, body: { metadata: { name: 'web' }, spec } });
}

/** A place to write to, and what was written. */
function collect(): { readonly sink: Writable; readonly text: () => string } {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { sink, text: () => text };
}

test('the JavaScript client makes, reads, lists, changes, patches and deletes', async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  const core = (await configOf(ks)).makeApiClient(CoreV1Api);
  const body = { metadata: { name: 'a', labels: { of: 'js' } }, data: { x: '1' } };
  const made = await core.createNamespacedConfigMap({ namespace, body });
  expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
  expect(await codeOf(core.createNamespacedConfigMap({ namespace, body }))).toBe(409);
  const replaced = await core.replaceNamespacedConfigMap({
    namespace,
    name: 'a',
    body: { ...made, data: { x: '2' } },
  });
  expect(replaced.data).toEqual({ x: '2' });
  expect(await codeOf(core.replaceNamespacedConfigMap({ namespace, name: 'a', body: made }))).toBe(409);
  const patched = await core.patchNamespacedConfigMap({
    namespace,
    name: 'a',
    body: [{ op: 'add', path: '/data/y', value: '3' }],
  });
  expect(patched.data).toEqual({ x: '2', y: '3' });
  const listed = await core.listNamespacedConfigMap({ namespace, labelSelector: 'of=js' });
  expect(listed.items.map(({ metadata }) => metadata?.name)).toEqual(['a']);
  await core.deleteNamespacedConfigMap({ namespace, name: 'a' });
  expect(await codeOf(core.readNamespacedConfigMap({ namespace, name: 'a' }))).toBe(404);
});

test('the JavaScript client works with kinds it has no types for', async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  const config = await configOf(ks);
  const place = { group: 'kubesphere.io', version: 'v1alpha1', plural: 'serviceaccounts', namespace };
  const custom = config.makeApiClient(CustomObjectsApi);
  const account = { apiVersion: 'kubesphere.io/v1alpha1', kind: 'ServiceAccount', metadata: { name: 'js' } };
  await custom.createNamespacedCustomObject({ ...place, body: account });
  const found = (await custom.getNamespacedCustomObject({ ...place, name: 'js' })) as {
    readonly secrets: readonly unknown[];
  };
  expect(found.secrets).toHaveLength(1);
  const objects = KubernetesObjectApi.makeApiClient(config);
  const web = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'generic', namespace },
    data: { a: '1' },
  };
  await objects.create(web);
  expect(await objects.patch({ ...web, data: { b: '2' } })).toMatchObject({ data: { a: '1', b: '2' } });
  await objects.delete(web);
  expect(await codeOf(objects.read(web))).toBe(404);
});

test('the JavaScript client scales a Deployment and sees its pods', async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  const config = await configOf(ks);
  const labels = { app: 'js' };
  const apps = config.makeApiClient(AppsV1Api);
  await apps.createNamespacedDeployment({
    namespace,
    body: {
      metadata: { name: 'js' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'nginx' }] } },
      },
    },
  });
  const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'js' });
  await apps.replaceNamespacedDeploymentScale({
    namespace,
    name: 'js',
    body: { ...scale, spec: { replicas: 3 } },
  });
  const pods = await config
    .makeApiClient(CoreV1Api)
    .listNamespacedPod({ namespace, labelSelector: 'app=js' });
  expect(pods.items.map(({ status }) => status?.phase)).toEqual(['Running', 'Running', 'Running']);
});

test('the JavaScript client watches', async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  const config = await configOf(ks);
  const core = config.makeApiClient(CoreV1Api);
  const seen: string[] = [];
  let ended = false;
  const { metadata } = await core.listNamespacedConfigMap({ namespace });
  const query = { resourceVersion: metadata?.resourceVersion ?? '' };
  const watching = await new Watch(config).watch(
    configMaps,
    query,
    (type) => seen.push(type),
    () => {
      ended = true;
    },
  );
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'w' } } });
  await core.deleteNamespacedConfigMap({ namespace, name: 'w' });
  await expect.poll(() => seen).toEqual(['ADDED', 'DELETED']);
  watching.abort();
  await expect.poll(() => ended).toBe(true);
});

test('an informer of the JavaScript client goes on where a watch was cut', async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  const config = await configOf(ks);
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer<V1ConfigMap>(config, configMaps, () =>
    core.listNamespacedConfigMap({ namespace }),
  );
  const seen: string[] = [];
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, ({ metadata, data }) => {
      if (metadata?.name?.startsWith('i') === true)
        seen.push(`${verb} ${metadata.name} ${data?.['n'] ?? ''}`);
    });
  }
  informer.on('error', () => void informer.start());
  await informer.start();
  const { store } = ks.world.host;
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'i1' }, data: { n: '1' } } });
  await expect.poll(() => seen).toEqual(['add i1 1']);
  store.endWatches();
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'i2' }, data: { n: '1' } } });
  await core.patchNamespacedConfigMap({
    namespace,
    name: 'i1',
    body: [{ op: 'replace', path: '/data/n', value: '2' }],
  });
  await core.deleteNamespacedConfigMap({ namespace, name: 'i2' });
  await expect
    .poll(() => seen, { timeout: 10_000 })
    .toEqual(expect.arrayContaining(['add i1 1', 'update i1 2']));
  await expect.poll(() => informer.list().map(({ metadata }) => metadata?.name)).not.toContain('i2');
  await informer.stop();
});

test('the JavaScript client runs commands in a pod', async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  const config = await configOf(ks);
  await runPod(config);
  const out = collect();
  const run = (command: string[]): Promise<V1Status> =>
    new Promise((resolve, reject) => {
      new Exec(config)
        .exec(namespace, 'web', 'web', command, out.sink, out.sink, null, false, resolve)
        .catch(reject);
    });
  expect(await run(['echo', 'hello'])).toMatchObject({ status: 'Success' });
  await expect.poll(out.text).toBe('hello\n');
  expect(await run(['sh', '-c', 'exit 3'])).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  });
});

test('the JavaScript client reads logs, attaches and forwards ports', async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  const config = await configOf(ks);
  await runPod(config);
  const log = collect();
  await new Log(config).log(namespace, 'web', 'web', log.sink, { tailLines: 1 });
  await expect.poll(log.text).toMatch(/^.+\n$/);
  const attached = await new Attach(config).attach(
    namespace,
    'web',
    'web',
    new PassThrough(),
    new PassThrough(),
    null,
    false,
  );
  attached.close();
  const [output, input] = [collect(), new PassThrough()];
  await new PortForward(config).portForward(namespace, 'web', [80], output.sink, null, input);
  input.write('GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n');
  await expect.poll(output.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  Readable.from([]).pipe(input);
});

test('the JavaScript client reads metrics', async () => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  const config = await configOf(ks);
  await runPod(config);
  // A pod made just now has no figures yet, as on a real cluster.
  await ks.clock.advance('2m');
  const metrics = new Metrics(config);
  const nodes = await metrics.getNodeMetrics();
  expect(nodes.items.map(({ metadata }) => metadata.name)).toContain('node1');
  const pods = await metrics.getPodMetrics(namespace);
  expect(pods.items.map(({ metadata }) => metadata.name)).toEqual(['web']);
});
