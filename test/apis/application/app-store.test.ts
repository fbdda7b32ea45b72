import { expect, test, vi } from 'vitest';
import { startFakeKsApiserver, type InProcessFake } from '../../../src/index.js';
import { as, namesOf, type Answer, type Asker } from '../../support/ask.js';
import { chartOf, indexOf, pack, serveCharts } from '../../support/chart.js';

const at = '/kapis/application.kubesphere.io/v2';
const native = '/apis/application.kubesphere.io/v2';

function upload(admin: Asker, more: Readonly<Record<string, unknown>> = {}, path = '/apps'): Promise<Answer> {
  const request = {
    appName: 'hello',
    appType: 'helm',
    workspace: 'demo',
    package: chartOf('hello').toString('base64'),
  };
  return admin.send('POST', at + path, { ...request, ...more });
}

async function activate(admin: Asker, app = 'hello', version = 'hello-1.0.0'): Promise<void> {
  for (const state of ['submitted', 'passed', 'active'])
    expect(
      (await admin.send('POST', `${at}/apps/${app}/versions/${version}/action`, { state })).text,
    ).toContain('success');
  expect((await admin.send('POST', `${at}/apps/${app}/action`, { state: 'active' })).text).toContain(
    'success',
  );
}

async function start(): Promise<{ readonly ks: InProcessFake; readonly admin: Asker }> {
  const ks = await startFakeKsApiserver({ now: '2026-01-01T00:00:00Z' });
  return { ks, admin: await as(ks, 'admin') };
}

test('an app is uploaded, seen in every list and by kubectl, changed and deleted', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const made = await upload(admin, { categoryName: 'tools' });
  expect([made.status, JSON.parse(made.text)]).toEqual([
    200,
    {
      aliasName: 'hello',
      appHome: 'https://example.com',
      appName: 'hello',
      description: 'Says hello.',
      icon: 'https://example.com/icon.png',
      resources: null,
      versionName: '1.0.0',
    },
  ]);
  const shows = [
    `${at}/apps`,
    `${at}/apps?conditions=status%3Ddraft`,
    `${at}/apps?conditions=status%3Dactive%7Cdraft&labelSelector=application.kubesphere.io/repo-name%3Dupload`,
    `${at}/workspaces/demo/apps`,
    `${at}/apps?name=hell`,
    `${native}/applications`,
  ];
  for (const list of shows) expect(namesOf(await admin.get(list)), list).toEqual(['hello']);
  const hides = [`${at}/apps?conditions=status%3Dactive`, `${at}/workspaces/other/apps`, `${at}/apps?name=x`];
  for (const list of hides) expect(namesOf(await admin.get(list)), list).toEqual([]);
  expect((await admin.get(`${at}/apps/hello`)).json).toMatchObject({
    kind: 'Application',
    metadata: {
      labels: {
        'application.kubesphere.io/app-category-name': 'tools',
        'application.kubesphere.io/app-type': 'helm',
        'application.kubesphere.io/repo-name': 'upload',
        'kubesphere.io/workspace': 'demo',
      },
      annotations: {
        'application.kubesphere.io/latest-app-version': '1.0.0',
        'application.kubesphere.io/app-maintainers': 'ann',
      },
    },
    spec: { appType: 'helm', abstraction: 'Says hello.' },
    status: { state: 'draft', updateTime: '2026-01-01T00:00:00Z' },
  });

  const changed = await admin.send('PATCH', `${at}/apps/hello`, { aliasName: 'Hello!', icon: 'new' });
  expect(changed.json.metadata.annotations['kubesphere.io/alias-name']).toBe('Hello!');
  expect((await admin.get(`${native}/applications/hello`)).json.spec['icon']).toBe('new');

  expect((await admin.send('DELETE', `${at}/apps/hello`)).json).toEqual({ message: 'success' });
  for (const list of [...shows, `${at}/reviews`, `${native}/applicationversions`])
    expect(namesOf(await admin.get(list)), list).toEqual([]);
  const gone = await admin.get(`${at}/apps/hello`);
  expect([gone.status, gone.text]).toEqual([
    404,
    'Application.application.kubesphere.io "hello" not found\n',
  ]);
  expect((await admin.get('/api/v1/namespaces/extension-openpitrix/configmaps/hello-1.0.0')).status).toBe(
    404,
  );
});

test('versions are uploaded, reviewed and released; the app follows', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await upload(admin);
  const second = { appType: 'helm', package: chartOf('hello', '1.10.0').toString('base64') };
  expect((await admin.send('POST', `${at}/apps/hello/versions`, second)).status).toBe(200);
  const list = `${at}/apps/hello/versions`;
  expect(namesOf(await admin.get(`${list}?sortBy=name&ascending=true`))).toEqual([
    'hello-1.0.0',
    'hello-1.10.0',
  ]);
  const app = async (): Promise<Answer> => admin.get(`${at}/apps/hello`);
  expect((await app()).json.metadata.annotations['application.kubesphere.io/latest-app-version']).toBe(
    '1.10.0',
  );
  const twice = await admin.send('POST', list, second);
  expect([twice.status, twice.text]).toEqual([409, 'ApplicationVersion hello-1.10.0 already exists\n']);

  await admin.send('POST', `${list}/hello-1.0.0/action`, { state: 'submitted', message: 'please' });
  expect(namesOf(await admin.get(`${at}/reviews?conditions=status%3Dsubmitted`))).toEqual(['hello-1.0.0']);
  expect(namesOf(await admin.get(`${list}?conditions=status%3Ddraft`))).toEqual(['hello-1.10.0']);
  await activate(admin);
  expect((await app()).json).toMatchObject({
    metadata: { labels: { 'application.kubesphere.io/app-store': 'true' } },
    status: { state: 'active' },
  });
  const version = (await admin.get(`${list}/hello-1.0.0`)).json;
  expect(version['status']).toMatchObject({ state: 'active', message: 'please', userName: 'admin' });

  await admin.send('POST', `${list}/hello-1.0.0/action`, { state: 'suspended' });
  expect((await app()).json['status']).toMatchObject({ state: 'draft' });
  expect((await admin.send('DELETE', `${list}/hello-1.10.0`)).json).toEqual({ message: 'success' });
  expect(namesOf(await admin.get(list))).toEqual(['hello-1.0.0']);
});

test('suspending an app suspends its active versions; it comes back once one of them has', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await upload(admin);
  await activate(admin);
  const act = (path: string, state: string): Promise<Answer> =>
    admin.send('POST', `${at}/apps/hello${path}/action`, { state });
  expect((await act('', 'suspended')).status).toBe(200);
  const version = await admin.get(`${at}/apps/hello/versions/hello-1.0.0`);
  expect(version.json['status']).toMatchObject({ state: 'suspended', userName: 'admin' });
  expect((await act('', 'active')).text).toBe('app hello has no active or passed appversion\n');
  expect((await act('/versions/hello-1.0.0', 'active')).status).toBe(200);
  expect((await act('', 'active')).status).toBe(200);
  expect((await admin.get(`${at}/apps/hello`)).json['status']).toMatchObject({ state: 'active' });
});

test('a package and its files are given out as uploaded', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await upload(admin);
  const version = `${at}/apps/hello/versions/hello-1.0.0`;
  expect((await admin.get(`${version}/package`)).json).toEqual({
    appID: 'hello',
    package: chartOf('hello').toString('base64'),
    versionID: 'hello-1.0.0',
  });
  const files = (await admin.get(`${version}/files`)).json;
  expect(Object.keys(files)).toEqual(['Chart.yaml', 'README.md', 'values.yaml']);
  expect(Buffer.from(String(files['README.md']), 'base64').toString()).toBe('# Hello\n');
  const missing = await admin.get(`${at}/apps/hello/versions/nope/package`);
  expect([missing.status, missing.text]).toEqual([
    500,
    'ApplicationVersion.application.kubesphere.io "nope" not found\n',
  ]);
});

test('a form brings a package as bytes', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const token = await ks.token();
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(chartOf('hello'))]), 'hello.tgz');
  form.set('jsonData', JSON.stringify({ appName: 'hello', appType: 'helm' }));
  const sent = await fetch(`${ks.url}${at}/apps`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  expect(sent.status).toBe(200);
  expect(namesOf(await admin.get(`${at}/apps`))).toEqual(['hello']);
});

test('a chart brings the kinds it defines, and a name where none is given; validating keeps nothing', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const crd = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  group: example.com\n  names: {plural: dogs}\n  versions:\n  - {name: v1, served: true, storage: true}\n`;
  const chart = chartOf('A-Very-Long-Chart-Name', '1.0.0', { 'x/crds/dogs.yaml': crd });
  const answer = await upload(
    admin,
    { appName: '', package: chart.toString('base64') },
    '/apps?validate=true',
  );
  expect(answer.json).toMatchObject({
    appName: expect.stringMatching(/^[0-9a-f]{10}-[a-z0-9]{5}$/) as unknown,
    resources: [{ Group: 'example.com', Version: 'v1', Resource: 'dogs' }],
  });
  expect(namesOf(await admin.get(`${at}/apps`))).toEqual([]);
});

const release = {
  metadata: {
    name: 'mine',
    labels: {
      'application.kubesphere.io/app-id': 'hello',
      'kubesphere.io/cluster': 'host',
      'kubesphere.io/workspace': 'demo',
      'kubesphere.io/namespace': 'shop',
    },
  },
  spec: {
    appID: 'hello',
    appVersionID: 'hello-1.0.0',
    appType: 'helm',
    values: Buffer.from('a: 1\n').toString('base64'),
  },
};

test('a release is created, becomes active, is upgraded and deleted', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await upload(admin);
  await activate(admin);
  expect((await admin.send('POST', `${at}/namespaces/shop/applications`, release)).json).toEqual({
    message: 'success',
  });
  const one = `${at}/namespaces/shop/applications/mine`;
  const state = async (): Promise<unknown> => (await admin.get(one)).json['status'];
  expect(await state()).toMatchObject({ state: 'creating' });
  await ks.clock.advance('5s');
  expect(await state()).toMatchObject({ state: 'created' });
  await ks.clock.advance('5s');
  expect(await state()).toMatchObject({
    state: 'active',
    message: 'Install complete',
    lastUpdate: '2026-01-01T00:00:10Z',
  });
  const shows = [
    `${at}/applications?appID=hello`,
    `${at}/workspaces/demo/applications`,
    `${at}/namespaces/shop/applications`,
    `${at}/applications?labelSelector=application.kubesphere.io/appversion-id%3Dhello-1.0.0`,
    `${native}/applicationreleases`,
  ];
  for (const list of shows) expect(namesOf(await admin.get(list)), list).toEqual(['mine']);
  const hides = [`${at}/applications?appID=x`, `${at}/namespaces/default/applications`];
  for (const list of hides) expect(namesOf(await admin.get(list)), list).toEqual([]);
  expect((await admin.get(one)).json.metadata.annotations['kubesphere.io/creator']).toBe('admin');

  const upgraded = {
    ...release,
    spec: { ...release.spec, values: Buffer.from('a: 2\n').toString('base64') },
  };
  expect((await admin.send('POST', one, upgraded)).status).toBe(200);
  expect(await state()).toMatchObject({ state: 'upgrading' });
  await ks.clock.advance('10s');
  expect(await state()).toMatchObject({ state: 'active' });

  // A version in use keeps its package when it is deleted.
  await admin.send('DELETE', `${at}/apps/hello/versions/hello-1.0.0`);
  expect((await admin.get('/api/v1/namespaces/extension-openpitrix/configmaps/hello-1.0.0')).status).toBe(
    200,
  );
  expect((await admin.send('DELETE', one)).json).toEqual({ message: 'success' });
  for (const list of shows) expect(namesOf(await admin.get(list)), list).toEqual([]);
});

test('the workspace of an upload and, but for charts, its repository are those its body names', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const own = `${at}/workspaces/demo/apps`;
  const encoded = Buffer.from('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n').toString('base64');
  const yaml = { appName: 'stray', appType: 'yaml', versionName: '1', package: encoded };
  expect((await admin.send('POST', own, yaml)).status).toBe(200);
  expect(namesOf(await admin.get(own))).toEqual([]);
  expect(namesOf(await admin.get(`${at}/apps`))).toEqual(['stray']);
  const files = await admin.get(`${at}/apps/stray/versions/stray-1/files`);
  expect([files.status, files.text]).toEqual([500, 'Repo.application.kubesphere.io "" not found\n']);
  expect(namesOf(await admin.get(`${at}/reviews`))).toEqual([]);
  const whole = { ...yaml, appName: 'whole', workspace: 'demo', repoName: 'upload' };
  expect((await admin.send('POST', own, whole)).status).toBe(200);
  expect(namesOf(await admin.get(own))).toEqual(['whole']);
  expect((await admin.get(`${own}/whole/versions/whole-1/files`)).json['all.yaml']).toBe(encoded);
  expect(namesOf(await admin.get(`${at}/reviews`))).toEqual(['whole-1']);
});

test('an app of YAML makes its objects, shows them as they are, and takes them away', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const manifest =
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: made\n  namespace: shop\ndata:\n  a: "1"\n';
  const encoded = Buffer.from(manifest).toString('base64');
  const yaml = { appName: 'plain', appType: 'yaml', repoName: 'upload', versionName: '1', package: encoded };
  expect((await upload(admin, yaml)).status).toBe(200);
  await activate(admin, 'plain', 'plain-1');
  const spec = { appID: 'plain', appVersionID: 'plain-1', appType: 'yaml', values: encoded };
  const labels = { ...release.metadata.labels, 'application.kubesphere.io/app-id': 'plain' };
  expect(
    (await admin.send('POST', `${at}/applications`, { metadata: { name: 'mine', labels }, spec })).text,
  ).toContain('success');
  const made = '/api/v1/namespaces/shop/configmaps/made';
  expect((await admin.get(made)).json['data']).toEqual({ a: '1' });
  const shown = (await admin.get(`${at}/applications/mine`)).json['status'];
  expect(shown).toMatchObject({ realTimeResources: [{ kind: 'ConfigMap', metadata: { name: 'made' } }] });
  await admin.send('DELETE', made);
  expect((await admin.get(`${at}/applications/mine`)).json['status']).toMatchObject({
    realTimeResources: [{ status: { state: 'configmaps "made" not found' } }],
  });
  await admin.send('DELETE', `${at}/applications/mine`);
  expect((await admin.get(made)).status).toBe(404);

  const elsewhere = { ...spec, values: Buffer.from(manifest.replace('shop', 'default')).toString('base64') };
  const refused = await admin.send('POST', `${at}/applications`, {
    metadata: { name: 'b', labels },
    spec: elsewhere,
  });
  expect([refused.status, refused.text]).toEqual([
    500,
    'subresource must have same namespace with app release\n',
  ]);
});

test('a repository is asked for its charts, which are apps at once, and asked again', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await using charts = await serveCharts({
    'index.yaml': indexOf({ hello: ['1.0.0', '1.1.0'], bye: ['2.0.0'] }),
    'hello-1.0.0.tgz': chartOf('hello'),
  });
  const body = {
    metadata: { name: 'far', labels: { 'kubesphere.io/workspace': 'demo' } },
    spec: { url: charts.url },
  };
  expect((await admin.send('POST', `${at}/repos?validate=true`, body)).text).toBe('{\n "ok": true\n}');
  expect(namesOf(await admin.get(`${at}/workspaces/demo/repos`))).toEqual([]);
  expect((await admin.send('POST', `${at}/repos`, body)).text).toBe('{\n "repo_id": "far"\n}');
  expect(namesOf(await admin.get(`${at}/workspaces/demo/repos`))).toEqual(['far']);
  expect(namesOf(await admin.get(`${at}/repos`))).toEqual([]);
  expect((await admin.get(`${at}/repos/far`)).json['status']).toMatchObject({ state: 'successful' });
  const apps = `${at}/apps?labelSelector=application.kubesphere.io/repo-name%3Dfar&sortBy=name`;
  expect(namesOf(await admin.get(apps))).toEqual(['far-hello', 'far-bye']);
  const version = (await admin.get(`${at}/apps/far-hello/versions/far-hello-1.0.0`)).json;
  expect(version).toMatchObject({
    spec: { pullUrl: `${charts.url}/hello-1.0.0.tgz` },
    status: { state: 'active' },
  });
  const files = await admin.get(`${at}/apps/far-hello/versions/far-hello-1.0.0/files`);
  expect(Object.keys(files.json)).toContain('Chart.yaml');
  expect((await admin.get(`${at}/repos/far/events`)).json.items[0]).toMatchObject({ reason: 'Synced' });

  charts.files.set('index.yaml', indexOf({ hello: ['1.2.0'] }));
  expect((await admin.send('POST', `${at}/repos/far/action`)).json).toEqual({ message: 'success' });
  expect(namesOf(await admin.get(apps))).toEqual(['far-hello']);
  expect(namesOf(await admin.get(`${at}/apps/far-hello/versions`))).toEqual(['far-hello-1.2.0']);
  expect((await admin.send('DELETE', `${at}/repos/far`)).json).toEqual({ message: 'success' });
  expect(namesOf(await admin.get(apps))).toEqual([]);
});

test('a repository written by kubectl is asked every period, and again after it did not answer', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await using charts = await serveCharts({ 'index.yaml': indexOf({ hello: ['1.0.0'] }) });
  const write = (name: string, more: object): Promise<Answer> =>
    admin.send('POST', `${native}/repos`, {
      apiVersion: 'application.kubesphere.io/v2',
      kind: 'Repo',
      metadata: { name, labels: { 'kubesphere.io/workspace': 'demo' } },
      spec: { url: charts.url, ...more },
    });
  expect((await write('far', { syncPeriod: 600 })).status).toBe(201);
  expect((await write('once', {})).status).toBe(201);
  const apps = `${at}/apps?labelSelector=application.kubesphere.io/repo-name%3Dfar&sortBy=name`;
  const becomes = (state: string, names: readonly string[]): Promise<void> =>
    vi.waitFor(async () => {
      expect((await admin.get(`${at}/repos/far`)).json['status']).toMatchObject({ state });
      expect(namesOf(await admin.get(apps))).toEqual(names);
    });
  await becomes('successful', ['far-hello']);
  // Without a period it waits until it is told to.
  expect((await admin.get(`${at}/repos/once`)).json['status']).toMatchObject({ state: 'created' });

  charts.files.set('index.yaml', indexOf({ hello: ['1.0.0'], world: ['1.0.0'] }));
  await ks.clock.advance('599s');
  await becomes('successful', ['far-hello']);
  await ks.clock.advance('1s');
  await becomes('successful', ['far-world', 'far-hello']);
  charts.files.delete('index.yaml');
  await ks.clock.advance('600s');
  await becomes('syncing', ['far-world', 'far-hello']);
  charts.files.set('index.yaml', indexOf({ world: ['1.0.0'] }));
  await vi.waitFor(async () => {
    await ks.clock.advance('60s');
    expect(namesOf(await admin.get(apps))).toEqual(['far-world']);
  });
});

test.each(['oci', 's3'])('a repository at %s:// is refused as not there', async (scheme) => {
  const { ks, admin } = await start();
  await using _ = ks;
  const body = { metadata: { name: 'x' }, spec: { url: `${scheme}://example.com/x` } };
  const refused = await admin.send('POST', `${at}/repos`, body);
  expect([refused.status, refused.json['message']]).toEqual([
    501,
    `fake-ks-apiserver does not implement chart repositories at ${scheme}://`,
  ]);
});

test('a category counts its apps and cannot be deleted while it has any', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const body = {
    metadata: { name: 'tools', annotations: { 'kubesphere.io/alias-name': 'Tools' } },
    spec: { icon: 'i' },
  };
  expect((await admin.send('POST', `${at}/categories`, body)).json.spec).toEqual({ icon: 'i' });
  await upload(admin, { categoryName: 'tools' });
  expect((await admin.get(`${at}/categories/tools`)).json['status']).toEqual({ total: 1 });
  const kept = await admin.send('DELETE', `${at}/categories/tools`);
  expect([kept.status, kept.text]).toEqual([
    500,
    'can not delete helm category: tools which owns applications\n',
  ]);
  await admin.send('PATCH', `${at}/apps/hello`, { categoryName: 'kubesphere-app-uncategorized' });
  expect((await admin.get(`${at}/categories/kubesphere-app-uncategorized`)).json['status']).toEqual({
    total: 1,
  });
  await admin.send('POST', `${at}/categories/tools`, { ...body, spec: { icon: 'j' } });
  expect(
    (await admin.get(`${at}/categories`)).json.items.find(({ metadata }) => metadata.name === 'tools')?.spec,
  ).toEqual({ icon: 'j' });
  expect((await admin.send('DELETE', `${at}/categories/tools`)).json).toEqual({ message: 'success' });
  expect(namesOf(await admin.get(`${at}/categories`))).toEqual(['kubesphere-app-uncategorized']);
});

test('an attachment is kept, given out and dropped', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const form = '--B\r\nContent-Disposition: form-data; name="icon"; filename="i.png"\r\n\r\nPNG\r\n--B--\r\n';
  const kept = await admin.send('POST', `${at}/attachments`, form, 'multipart/form-data; boundary=B');
  const id = String(kept.json['attachment_id']);
  expect(id).toMatch(/^icon-att-[a-z0-9]{5}$/);
  const raw = Buffer.from('PNG').toString('base64');
  expect((await admin.get(`${at}/attachments/${id}`)).json).toEqual({
    attachment_content: { raw },
    attachment_id: id,
  });
  const dropped = await admin.send('DELETE', `${at}/attachments/${id},other`);
  expect([dropped.status, dropped.text]).toEqual([200, '']);
  const gone = await admin.get(`${at}/attachments/${id}`);
  expect([gone.status, gone.text]).toEqual([404, `ConfigMap "${id}" not found\n`]);
});

test('custom resources of an app are applied, listed, shown by example and deleted', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          size: { type: 'integer', minimum: 2 },
          tags: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  };
  await admin.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'dogs.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'dogs', singular: 'dog', kind: 'Dog', listKind: 'DogList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  });
  expect((await admin.get(`${at}/apps/hello/examplecr/dogs.example.com`)).json).toEqual({
    apiVersion: 'v1',
    kind: 'Dog',
    metadata: { name: 'dog-Instance' },
    spec: { size: 2, tags: [''] },
    status: {},
  });
  const query = 'cluster=host&group=example.com&version=v1&resource=dogs&namespace=shop';
  const dog = {
    apiVersion: 'example.com/v1',
    kind: 'Dog',
    metadata: { name: 'rex', namespace: 'shop' },
    spec: { size: 3 },
  };
  expect((await admin.send('POST', `${at}/namespaces/shop/applications/mine/cr?${query}`, dog)).status).toBe(
    200,
  );
  expect(namesOf(await admin.get(`${at}/apps/hello/cr?${query}`))).toEqual(['rex']);
  const shown = (await admin.get(`${at}/cr/rex?${query}`)).json;
  expect(shown.metadata.labels).toEqual({ 'application.kubesphere.io/app-release-name': 'mine' });
  expect((await admin.send('DELETE', `${at}/cr/rex?${query}`)).status).toBe(200);
  const gone = await admin.get(`${at}/cr/rex?${query}`);
  expect([gone.status, gone.text]).toEqual([500, 'dogs.example.com "rex" not found\n']);
});

test.for([
  [
    'POST',
    '/repos',
    { metadata: { name: 'upload' }, spec: { url: 'http://x' } },
    400,
    'repo name upload is not allowed',
  ],
  [
    'POST',
    '/repos',
    { metadata: { name: 'x' }, spec: { url: 'ftp://x' } },
    500,
    'Get "ftp://x/index.yaml": unsupported protocol scheme "ftp"',
  ],
  [
    'POST',
    '/repos',
    { metadata: { name: 'x' }, spec: { url: 'http://127.0.0.1:1' } },
    500,
    'Get "http://127.0.0.1:1/index.yaml": dial tcp 127.0.0.1:1: connect: connection refused',
  ],
  ['DELETE', '/repos/nope', undefined, 404, 'repos.application.kubesphere.io "nope" not found'],
  [
    'POST',
    '/apps',
    '{"appName": 1}',
    500,
    'json: cannot unmarshal number into Go struct field AppRequest.appName of type string',
  ],
  ['POST', '/apps', '{"package": "*"}', 500, 'illegal base64 data at input byte 0'],
  ['POST', '/apps', '[]', 500, 'json: cannot unmarshal array into Go value of type application.AppRequest'],
  ['POST', '/apps', { appType: 'helm' }, 500, 'package is empty'],
  ['POST', '/apps', { appType: 'helm', package: 'aGVsbG8gd29ybGQ=' }, 500, 'gzip: invalid header'],
  [
    'POST',
    '/apps',
    { appType: 'helm', package: pack({ 'x/a': '' }).toString('base64') },
    500,
    'Chart.yaml file is missing',
  ],
  [
    'POST',
    '/apps',
    { appType: 'yaml', appName: 'x', package: Buffer.from('a: 1').toString('base64') },
    500,
    "Object 'Kind' is missing in '{\"a\":1}'",
  ],
  [
    'POST',
    '/apps',
    { package: Buffer.alloc(1024 * 1024 + 1).toString('base64') },
    400,
    'System has no OSS store, the maximum file size is 1048576',
  ],
  [
    'POST',
    '/apps/nope',
    { appType: 'helm', appName: 'nope', package: chartOf('nope').toString('base64') },
    500,
    'Application.application.kubesphere.io "nope" not found',
  ],
  ['GET', '/apps?labelSelector=a%3D%3D%3D', undefined, 400, ''],
  ['GET', '/apps?conditions=(', undefined, 500, 'invalid conditions'],
  [
    'POST',
    '/apps/nope/action',
    { state: 'active' },
    404,
    'Application.application.kubesphere.io "nope" not found',
  ],
  ['POST', '/apps/nope/action', '{', 400, 'unexpected EOF'],
  ['POST', '/apps/nope/versions/nope/action', '{', 500, 'unexpected EOF'],
  [
    'POST',
    '/apps/nope/versions',
    { appType: 'helm', package: chartOf('x').toString('base64') },
    404,
    'Application.application.kubesphere.io "nope" not found',
  ],
  [
    'DELETE',
    '/apps/a/versions/nope',
    undefined,
    404,
    'applicationversions.application.kubesphere.io "nope" not found',
  ],
  [
    'POST',
    '/applications',
    { metadata: { name: 'x', labels: { 'application.kubesphere.io/app-id': 'a' } } },
    400,
    'must set kubesphere.io/cluster',
  ],
  [
    'POST',
    '/applications',
    release,
    404,
    'admission webhook "applicationrelease.extensions.kubesphere.io" denied the request: ApplicationVersion.application.kubesphere.io "hello-1.0.0" not found',
  ],
  [
    'DELETE',
    '/applications/nope',
    undefined,
    404,
    'applicationreleases.application.kubesphere.io "nope" not found',
  ],
  [
    'DELETE',
    '/categories/kubesphere-app-uncategorized',
    undefined,
    400,
    'kubesphere-app-uncategorized is default Category can&apos;t be delete',
  ],
  ['DELETE', '/categories/nope', undefined, 404, 'Category.application.kubesphere.io "nope" not found'],
  ['POST', '/attachments', {}, 400, "request Content-Type isn't multipart/form-data"],
  [
    'GET',
    '/apps/a/cr?cluster=host&group=x&version=v1&resource=y',
    undefined,
    500,
    'the server could not find the requested resource',
  ],
  ['GET', '/cr/x?cluster=nope', undefined, 500, 'Cluster.cluster.kubesphere.io "nope" not found'],
] as const)('%s %s is refused (%#)', async ([method, path, body, status, text]) => {
  const { ks, admin } = await start();
  await using _ = ks;
  const answer = await admin.send(method, at + path, body);
  expect(answer.status).toBe(status);
  if (text !== '') expect(answer.text).toBe(`${text.replace('&apos;', "'")}\n`);
});

test.for([
  ['text/plain', 'x', 'unsupported media type'],
  ['multipart/form-data', 'x', 'no multipart boundary param in Content-Type'],
  [
    'multipart/form-data; boundary=B',
    '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B--',
    'http: no such file',
  ],
  [
    'multipart/form-data; boundary=B',
    '--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n--B--',
    'unexpected end of JSON input',
  ],
  [
    'multipart/form-data; boundary=B',
    '--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n--B\r\nContent-Disposition: form-data; name="jsonData"\r\n\r\n{"package":"MQ=="}\r\n--B--',
    'When using multipart/form-data to upload files, the package field does not need to be included in the json data.',
  ],
] as const)('an upload of %s is refused (%#)', async ([type, body, text]) => {
  const { ks, admin } = await start();
  await using _ = ks;
  const answer = await admin.send('POST', `${at}/apps`, body, type);
  expect([answer.status, answer.text]).toEqual([500, `${text}\n`]);
});

test.for([
  ['draft', 'active', 'app hello has no active or passed appversion'],
  ['draft', 'suspended', 'app hello is not in active status'],
  ['active', 'active', 'app hello is not in draft or suspended status'],
] as const)('an app that is %s cannot be made %s', async ([before, state, text]) => {
  const { ks, admin } = await start();
  await using _ = ks;
  await upload(admin);
  if (before === 'active') await activate(admin);
  const answer = await admin.send('POST', `${at}/apps/hello/action`, { state });
  expect([answer.status, answer.text]).toEqual([500, `${text}\n`]);
});

test('only an active version can be installed, an existing app not uploaded again', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await upload(admin);
  const early = await admin.send('POST', `${at}/applications`, release);
  expect([early.status, early.text]).toEqual([
    500,
    'admission webhook "applicationrelease.extensions.kubesphere.io" denied the request: invalid application version: hello-1.0.0, state: draft, for release: mine\n',
  ]);
  const again = await upload(admin);
  expect([again.status, again.text]).toEqual([409, 'Application hello already exists\n']);
});
