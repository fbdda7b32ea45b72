import { describe, expect, test } from 'vitest';
import { InputError, startFakeKsApiserver } from '../../src/index.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import type { Options } from '../../src/core/options.js';
import { as, namesOf } from '../support/ask.js';

const now = '2024-06-01T00:00:00Z';
const listNodes = '/kapis/resources.kubesphere.io/v1alpha3/nodes';
const workspaces = '/kapis/tenant.kubesphere.io/v1beta1/workspacetemplates';
const controllers = { workspacetemplate: false, workspace: false } as const;

/** A fake that stands for the Kubernetes underneath. */
function startKubernetes(options: Options = {}): Promise<InProcessFake> {
  return startFakeKsApiserver({ now, world: 'empty', generate: { nodes: 3 }, ...options });
}

/** A fake on top of another one, which it knows by a kubeconfig. */
async function startOver(kubernetes: InProcessFake, options: Options = {}): Promise<InProcessFake> {
  const kubeApiserver = JSON.stringify({
    clusters: [{ name: 'a', cluster: { server: kubernetes.url } }],
    // One that outlives a restart.
    users: [{ name: 'a', user: { token: await kubernetes.token({ user: 'admin', type: 'static_token' }) } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'current-context': 'a',
  });
  return startFakeKsApiserver({ now, kubeApiserver, ...options });
}

function configMap(name: string): object {
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'default' }, data: { a: 'b' } };
}

test('Lists below /kapis show what the Kubernetes underneath holds', async () => {
  await using kubernetes = await startKubernetes({ tlsPort: 0 });
  await using ks = await startOver(kubernetes, {
    kubeApiserver: await kubernetes.kubeconfig({ user: 'admin' }),
  });
  const answer = await (await as(ks, 'admin')).get(listNodes);
  const below = await (await as(kubernetes, 'admin')).get(listNodes);
  expect(namesOf(answer)).toHaveLength(3);
  expect(answer.text).toBe(below.text);
});

test('Requests to /api and /apis are answered by the Kubernetes underneath, refusals of rights by ks-apiserver', async () => {
  await using kubernetes = await startKubernetes();
  await using ks = await startOver(kubernetes);
  const admin = await as(ks, 'admin');
  const created = await admin.send('POST', '/api/v1/namespaces/default/configmaps', configMap('x'));
  expect(created.status).toBe(201);
  const below = kubernetes.world.host.store.find({ group: '', plural: 'configmaps' }, 'default', 'x');
  expect(below?.object.metadata.uid).toBe(created.json.metadata['uid']);
  const nobody = await (await as(ks, undefined)).get('/api/v1/namespaces/default/configmaps/x');
  expect([nobody.status, nobody.json['message']]).toEqual([
    403,
    'configmaps "x" is forbidden: User "system:anonymous" cannot get resource "configmaps" in API group "" in the namespace "default"',
  ]);
  const asked = (await kubernetes.journal.entries()).filter(({ url }) => url.includes('/configmaps/x'));
  expect(asked).toEqual([]);
});

test('What changes underneath is seen above', async () => {
  await using kubernetes = await startKubernetes();
  await using ks = await startOver(kubernetes);
  const [below, above] = [await as(kubernetes, 'admin'), await as(ks, 'admin')];
  const list = '/kapis/resources.kubesphere.io/v1alpha3/namespaces/default/configmaps';
  await below.send('POST', '/api/v1/namespaces/default/configmaps', configMap('later'));
  await expect.poll(async () => namesOf(await above.get(list))).toContain('later');
  await below.send('DELETE', '/api/v1/namespaces/default/configmaps/later');
  await expect.poll(async () => namesOf(await above.get(list))).not.toContain('later');
});

test('What is written below /kapis is stored underneath before the answer is given', async () => {
  await using kubernetes = await startKubernetes({ controllers });
  await using ks = await startOver(kubernetes, { controllers });
  const template = {
    kind: 'WorkspaceTemplate',
    apiVersion: 'tenant.kubesphere.io/v1beta1',
    metadata: { name: 'team' },
    spec: { template: { spec: { manager: 'admin' } }, placement: { clusters: [{ name: 'host' }] } },
  };
  const admin = await as(ks, 'admin');
  const created = await admin.send('POST', workspaces, template);
  const stored = kubernetes.world.host.store.find(
    { group: 'tenant.kubesphere.io', plural: 'workspacetemplates' },
    undefined,
    'team',
  );
  expect(created.status).toBe(200);
  expect(stored?.object.metadata.uid).toBe(created.json.metadata['uid']);
  expect(stored?.object.metadata.resourceVersion).toBe(created.json.metadata['resourceVersion']);
  expect((await admin.send('DELETE', `${workspaces}/team`, {})).status).toBe(200);
  await expect
    .poll(() =>
      kubernetes.world.host.store.find(
        { group: 'tenant.kubesphere.io', plural: 'workspacetemplates' },
        undefined,
        'team',
      ),
    )
    .toBeUndefined();
});

test('A login works and is recorded underneath', async () => {
  await using kubernetes = await startKubernetes();
  await using ks = await startOver(kubernetes);
  const records = { group: 'iam.kubesphere.io', plural: 'loginrecords' };
  const before = kubernetes.world.host.store.count(records);
  expect((await ks.login('admin', 'P@88w0rd')).access_token).toBeDefined();
  expect(kubernetes.world.host.store.count(records)).toBe(before + 1);
});

test('A login works while the Kubernetes underneath is down, and other writes fail in the words of client-go', async () => {
  const kubernetes = await startKubernetes();
  await using ks = await startOver(kubernetes);
  const admin = await as(ks, 'admin');
  await kubernetes.close();
  const { host } = new URL(kubernetes.url);
  expect((await ks.login('admin', 'P@88w0rd')).access_token).toBeDefined();
  await expect(ks.login('admin', 'wrong')).rejects.toThrow('400');
  expect((await admin.get(listNodes)).status).toBe(200);
  const written = await admin.send('POST', workspaces, { metadata: { name: 'a' }, spec: { template: {} } });
  const path = '/apis/tenant.kubesphere.io/v1beta1/workspacetemplates';
  expect([written.status, written.text]).toEqual([
    500,
    `Post "${kubernetes.url}${path}": dial tcp ${host}: connect: connection refused\n`,
  ]);
  expect((await admin.get(`${workspaces}/a`)).status).toBe(404);
  expect((await ks.journal.entries({ errors: true })).map(({ error }) => error)).toEqual([]);
});

test('What the Kubernetes underneath refuses is refused above, and changes nothing', async () => {
  await using kubernetes = await startKubernetes({ controllers });
  await using ks = await startOver(kubernetes, { controllers });
  await kubernetes.fault({
    path: '/apis/tenant.kubesphere.io/*',
    method: 'POST',
    status: 503,
    times: 1,
  });
  const template = { metadata: { name: 'team' }, spec: { template: { spec: { manager: 'admin' } } } };
  const admin = await as(ks, 'admin');
  expect((await admin.send('POST', workspaces, template)).status).toBe(503);
  expect((await admin.get(`${workspaces}/team`)).status).toBe(404);
});

test('A watch passes through', async () => {
  await using kubernetes = await startKubernetes();
  await using ks = await startOver(kubernetes);
  const token = await ks.token({ user: 'admin' });
  const watching = await fetch(`${ks.url}/api/v1/nodes?watch=true`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const reader = (watching.body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  expect(Buffer.from(value ?? []).toString()).toContain('{"type":"ADDED","object":{"kind":"Node"');
  await reader.cancel();
});

test('A reset and spaces are refused: there is one Kubernetes underneath', async () => {
  await using kubernetes = await startKubernetes();
  await using ks = await startOver(kubernetes);
  await expect(ks.reset()).rejects.toThrow('does not implement a reset of a server with a Kubernetes');
  await expect(ks.space('a')).rejects.toThrow('does not implement a space of a server with a Kubernetes');
});

test.for([
  [
    { kubeApiserver: 'http://127.0.0.1:1' },
    'kubeApiserver: dial tcp 127.0.0.1:1: connect: connection refused;',
  ],
  [{ kubeApiserver: '/no/file' }, 'kubeApiserver: cannot read /no/file (ENOENT);'],
  [
    { kubeApiserver: 'http://127.0.0.1:1', world: 'default' },
    'world: contradicts kubeApiserver, which brings objects of its own',
  ],
  [
    { kubeApiserver: 'http://127.0.0.1:1', generate: { nodes: 1 } },
    'generate: contradicts kubeApiserver, which brings objects of its own',
  ],
] as const)('%j is refused at start: %s', async ([options, message], { expect }) => {
  const refused = startFakeKsApiserver(options);
  await expect(refused).rejects.toThrow(InputError);
  await expect(refused).rejects.toThrow(message);
});

test('What was left undone underneath while no controller of KubeSphere ran is done at the start', async () => {
  const controllers = { user: false };
  await using kubernetes = await startKubernetes({ controllers });
  const below = await as(kubernetes, 'admin');
  const users = '/apis/iam.kubesphere.io/v1beta1/users';
  const metadata = { name: 'stuck', finalizers: ['finalizers.kubesphere.io/users'] };
  await below.send('POST', users, { metadata, spec: { email: 'stuck@example.com' } });
  expect((await below.send('DELETE', `${users}/stuck`)).status).toBe(200);
  expect((await below.get(`${users}/stuck`)).status).toBe(200);
  await using ks = await startOver(kubernetes, { controllers: { loginrecord: false } });
  await expect.poll(async () => (await below.get(`${users}/stuck`)).status).toBe(404);
  expect((await (await as(ks, 'admin')).get(`${users}/stuck`)).status).toBe(404);
});

const definition = {
  kind: 'CustomResourceDefinition',
  apiVersion: 'apiextensions.k8s.io/v1',
  metadata: { name: 'foos.ex.io', labels: { 'kubesphere.io/resource-served': 'true' } },
  spec: {
    group: 'ex.io',
    scope: 'Namespaced',
    names: { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const foos = '/apis/ex.io/v1/namespaces/default/foos';
const foo = (name: string): object => ({
  kind: 'Foo',
  apiVersion: 'ex.io/v1',
  metadata: { name, namespace: 'default' },
});
const namespaceOf = (name: string): object => ({ metadata: { name } });

test.for(['reset', 'restart'] as const)(
  'After a %s of the Kubernetes underneath, what it no longer holds is no longer shown, and what it holds again is',
  async (how, { expect }) => {
    const off = { controllers: { workspacetemplate: false, workspace: false } } as const;
    let kubernetes = await startKubernetes(off);
    await using ks = await startOver(kubernetes, off);
    const admin = await as(ks, 'admin');
    const listed = '/kapis/resources.kubesphere.io/v1alpha3';
    const names = async (plural: string): Promise<string[]> =>
      namesOf(await admin.get(`${listed}/${plural}`));
    await admin.send('POST', '/api/v1/namespaces', namespaceOf('later'));
    await admin.send('POST', workspaces, { metadata: { name: 'team' }, spec: { template: {} } });
    const [node = ''] = await names('nodes');
    expect((await admin.send('DELETE', `/api/v1/nodes/${node}`)).status).toBe(200);
    const label = { metadata: { labels: { seen: 'before' } } };
    await admin.send('PATCH', '/api/v1/namespaces/default', label, 'application/merge-patch+json');
    await expect.poll(() => names('namespaces')).toContain('later');
    await expect.poll(() => names('nodes')).not.toContain(node);
    expect(await names('workspacetemplates')).toContain('team');
    const port = Number(new URL(kubernetes.url).port);
    if (how === 'reset') await kubernetes.reset();
    else {
      await kubernetes.close();
      kubernetes = await startKubernetes({ ...off, port });
    }
    await using _ = kubernetes;
    await expect.poll(() => names('namespaces'), { timeout: 10_000 }).not.toContain('later');
    await expect.poll(() => names('nodes')).toContain(node);
    await expect.poll(() => names('workspacetemplates')).not.toContain('team');
    const { metadata } = (await admin.get(`${listed}/namespaces/default`)).json;
    expect(metadata.labels['seen']).toBeUndefined();
    // The other Kubernetes draws the same uids, so that what is made again has that of what is gone.
    expect((await admin.send('POST', '/api/v1/namespaces', namespaceOf('later'))).status).toBe(201);
    await expect.poll(() => names('namespaces')).toContain('later');
  },
);

describe('A kind that a CustomResourceDefinition underneath makes', () => {
  const list = '/kapis/ex.io/v1/namespaces/default/foos';

  test('is shown below /kapis when the definition was there before', async () => {
    await using kubernetes = await startKubernetes();
    const below = await as(kubernetes, 'admin');
    await below.send('POST', definitions, definition);
    expect((await below.send('POST', foos, foo('f1'))).status).toBe(201);
    await using ks = await startOver(kubernetes);
    expect(namesOf(await (await as(ks, 'admin')).get(list))).toEqual(['f1']);
  });

  test('is shown and written below /kapis when the definition comes later, until it goes', async () => {
    await using kubernetes = await startKubernetes();
    await using ks = await startOver(kubernetes);
    const [below, above] = [await as(kubernetes, 'admin'), await as(ks, 'admin')];
    await below.send('POST', definitions, definition);
    await below.send('POST', foos, foo('f1'));
    await expect.poll(async () => namesOf(await above.get(list))).toEqual(['f1']);
    expect((await above.send('POST', list, foo('f2'))).status).toBe(200);
    expect(namesOf(await below.get(foos))).toEqual(['f1', 'f2']);
    await below.send('DELETE', `${foos}/f1`);
    await expect.poll(async () => namesOf(await above.get(list))).toEqual(['f2']);
    await below.send('DELETE', `${definitions}/foos.ex.io`);
    await expect.poll(async () => (await above.get(list)).status).toBe(404);
    const store = ks.world.host.store;
    await expect.poll(() => store.count({ group: 'ex.io', plural: 'foos' })).toBe(0);
    await below.send('POST', definitions, definition);
    await below.send('POST', foos, foo('f3'));
    await expect.poll(async () => namesOf(await above.get(list))).toEqual(['f3']);
  });

  test('is followed at another version when the one it was read at is served no more', async () => {
    await using kubernetes = await startKubernetes();
    await using ks = await startOver(kubernetes);
    const [below, above] = [await as(kubernetes, 'admin'), await as(ks, 'admin')];
    await below.send('POST', definitions, definition);
    await below.send('POST', foos, foo('f1'));
    await expect.poll(async () => namesOf(await above.get(list))).toEqual(['f1']);
    const [v1] = definition.spec.versions;
    const versions = [
      { ...v1, served: false },
      { ...v1, name: 'v2', storage: false },
    ];
    const change = { spec: { versions } };
    const path = `${definitions}/foos.ex.io`;
    expect((await below.send('PATCH', path, change, 'application/merge-patch+json')).status).toBe(200);
    await below.send('POST', foos.replace('v1', 'v2'), { ...foo('f2'), apiVersion: 'ex.io/v2' });
    await expect
      .poll(async () => namesOf(await above.get(list.replace('v1', 'v2'))).sort())
      .toEqual(['f1', 'f2']);
  });
});
