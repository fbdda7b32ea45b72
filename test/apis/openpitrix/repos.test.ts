import { expect, test, vi } from 'vitest';
import { startFakeKsApiserver } from '../../../src/index.js';
import { as, namesOf, type Answer, type Asker } from '../../support/ask.js';
import { chartOf, indexOf, serveCharts } from '../../support/chart.js';
import { each, native, start, v1 } from './stage.js';

const ws = `${v1}/workspaces/demo`;
const index = indexOf({ hello: ['1.0.0', '1.10.0', '1.2.0'], world: ['0.1.0'] });

async function add(admin: Asker, url: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const made = await admin.send('POST', `${ws}/repos`, { name: 'charts', url, ...more });
  expect(made.status, made.text).toBe(200);
  return String(made.json['repo_id']);
}

/** Waits for what a controller fetches without anybody asking. */
async function settled(read: () => Promise<Answer>, state: string): Promise<Answer> {
  return vi.waitFor(async () => {
    const answer = await read();
    expect(answer.json['status']).toMatchObject({ state });
    return answer;
  });
}

test('a repository is added with its charts, seen in every list, changed, and deleted with what it offers', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await using charts = await serveCharts({
    'index.yaml': index,
    'hello-1.2.0.tgz': chartOf('hello', '1.2.0'),
  });
  const validated = await admin.send('POST', `${ws}/repos?validate=true`, { url: charts.url });
  expect(validated.json).toEqual({ ok: true });
  expect(namesOf(await admin.get(`${native}/helmrepos`))).toEqual([]);

  const id = await add(admin, charts.url.replace('//', '//ann:s3cret@'), { description: 'Ours.' });
  for (const list of [`${ws}/repos`, `${ws}/repos?conditions=keyword%3Dart`])
    expect(each(await admin.get(list), 'repo_id'), list).toEqual([id]);
  for (const list of [`${v1}/repos`, `${v1}/workspaces/other/repos`, `${ws}/repos?conditions=keyword%3Dx`])
    expect(each(await admin.get(list), 'repo_id'), list).toEqual([]);
  const shown = {
    category_set: null,
    create_time: '2026-01-01T00:00:00.000Z',
    description: 'Ours.',
    labels: null,
    name: 'charts',
    creator: 'admin',
    providers: null,
    repo_id: id,
    selectors: null,
    status: 'successful',
    status_time: '0001-01-01T00:00:00.000Z',
    url: charts.url,
  };
  expect((await admin.get(`${ws}/repos/${id}`)).json).toEqual(shown);
  expect((await admin.get(`${native}/helmrepos/${id}`)).json).toMatchObject({
    metadata: { labels: { 'kubesphere.io/workspace': 'demo' } },
    spec: { url: charts.url, credential: { username: 'ann', password: 's3cret' } },
    status: { state: 'successful', lastUpdateTime: '2026-01-01T00:00:00Z' },
  });
  expect((await admin.get(`${ws}/repos/${id}/events`)).json).toEqual({
    items: [
      {
        create_time: '2026-01-01T00:00:00.000Z',
        repo_id: id,
        status: 'successful',
        status_time: '2026-01-01T00:00:00.000Z',
      },
    ],
    total_count: 1,
  });

  const offered = await admin.get(`${v1}/apps?conditions=repo_id%3D${id},status%3Dactive`);
  expect(each(offered, 'name')).toEqual(['hello', 'world']);
  const app = String(offered.json.items[0]?.['app_id']);
  const versions = await admin.get(`${v1}/apps/${app}/versions`);
  expect(each(versions, 'name')).toEqual(['1.0.0', '1.2.0', '1.10.0']);
  expect((await admin.get(`${v1}/apps/${app}`)).json).toMatchObject({
    description: 'hello of the repository',
    repo_id: id,
    status: 'active',
    latest_app_version: { name: '1.10.0' },
  });
  const version = String(versions.json.items[1]?.['version_id']);
  const downloaded = await admin.get(`${v1}/apps/${app}/versions/${version}/package`);
  expect(downloaded.json['package']).toBe(chartOf('hello', '1.2.0').toString('base64'));
  const { files } = (await admin.get(`${v1}/apps/${app}/versions/${version}/files`)).json;
  expect(Object.keys(files as object)).toContain('Chart.yaml');

  expect((await admin.send('PATCH', `${ws}/repos/${id}`, { name: 'ours', description: '' })).status).toBe(
    200,
  );
  expect((await admin.get(`${ws}/repos/${id}`)).json).toMatchObject({ name: 'ours' });
  expect((await admin.send('DELETE', `${ws}/repos/${id}`)).json).toEqual({ message: 'success' });
  expect(namesOf(await admin.get(`${native}/helmrepos`))).toEqual([]);
  expect((await admin.get(`${v1}/apps?conditions=repo_id%3D${id}`)).text).toBe('load repo info failed\n');
  expect((await admin.get(`${v1}/apps/${app}`)).status).toBe(500);
});

test('what a repository has still got keeps its id when it is asked again', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await using charts = await serveCharts({ 'index.yaml': index });
  const id = await add(admin, charts.url);
  const list = `${v1}/apps?conditions=repo_id%3D${id}`;
  const before = (await admin.get(list)).json.items;
  const known = `${v1}/apps/${String(before[0]?.['app_id'])}/versions`;
  const versions = (await admin.get(known)).json.items;
  charts.files.set('index.yaml', indexOf({ hello: ['1.10.0', '2.0.0'], new: ['1.0.0'] }));
  await ks.clock.advance('61s');
  const asked = await admin.send('POST', `${ws}/repos/${id}/action`, { action: 'index', workspace: 'demo' });
  expect(asked.json).toEqual({ message: 'success' });
  await vi.waitFor(async () => {
    expect(each(await admin.get(list), 'name')).toEqual(['hello', 'new']);
  });
  const after = await admin.get(known);
  expect(each(after, 'name')).toEqual(['1.10.0', '2.0.0']);
  expect(after.json.items[0]?.['version_id']).toBe(versions[2]?.['version_id']);
  expect((await admin.get(`${ws}/repos/${id}/events`)).json['total_count']).toBe(2);
});

test('a repository of another workspace is left alone', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await using charts = await serveCharts({ 'index.yaml': index });
  const id = await add(admin, charts.url);
  const before = ks.world.host.store.version;
  expect((await admin.send('POST', `${v1}/repos/${id}/action`, { action: 'index' })).status).toBe(200);
  expect(ks.world.host.store.version).toBe(before);
});

test('a repository is asked again after its period, and after a failure', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await using charts = await serveCharts({ 'index.yaml': index });
  const id = await add(admin, charts.url, { sync_period: '10m' });
  expect((await admin.get(`${ws}/repos/${id}`)).json['sync_period']).toBe('10m');
  const repo = (): Promise<Answer> => admin.get(`${native}/helmrepos/${id}`);
  charts.files.delete('index.yaml');
  await ks.clock.advance('599s');
  expect((await repo()).json['status']).toMatchObject({ state: 'successful' });
  await ks.clock.advance('1s');
  const failed = await settled(repo, 'failed');
  expect(failed.json['status']).toMatchObject({
    syncState: [
      { state: 'failed', message: `failed to fetch ${charts.url}/index.yaml : 404 Not Found` },
      { state: 'successful' },
    ],
  });
  const events = await admin.get(`${ws}/repos/${id}/events`);
  expect(each(events, 'result')[0]).toContain('404 Not Found');
  // What it offered before is still there.
  expect(each(await admin.get(`${v1}/apps?conditions=repo_id%3D${id}`), 'name')).toEqual(['hello', 'world']);
  charts.files.set('index.yaml', index);
  await ks.clock.advance('60s');
  await settled(repo, 'successful');
});

test('a repository written by kubectl is asked by the controller; switched off, it is not', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await using charts = await serveCharts({ 'index.yaml': index });
  const body = {
    apiVersion: 'application.kubesphere.io/v1alpha1',
    kind: 'HelmRepo',
    metadata: { name: 'repo-own', labels: { 'kubesphere.io/workspace': 'demo' } },
    spec: { name: 'own', url: charts.url },
  };
  expect((await admin.send('POST', `${native}/helmrepos`, body)).status).toBe(201);
  await settled(() => admin.get(`${native}/helmrepos/repo-own`), 'successful');
  expect(each(await admin.get(`${v1}/apps?conditions=repo_id%3Drepo-own`), 'name')).toEqual([
    'hello',
    'world',
  ]);
  await using off = await startFakeKsApiserver({ release: 'v3.4', controllers: { helmrepo: false } });
  const other = await as(off, 'admin');
  expect((await other.send('POST', `${native}/helmrepos`, body)).status).toBe(201);
  expect((await other.get(`${native}/helmrepos/repo-own`)).json['status']).toBeUndefined();
});

test('controllers that lag behind take the index that was asked for', async () => {
  await using ks = await startFakeKsApiserver({
    release: 'v3.4',
    now: '2026-01-01T00:00:00Z',
    settle: '5s',
  });
  const admin = await as(ks, 'admin');
  await using charts = await serveCharts({ 'index.yaml': index });
  const id = await add(admin, charts.url);
  // Nobody answers any more.
  charts.files.delete('index.yaml');
  expect((await admin.get(`${ws}/repos/${id}`)).json['status']).toBe('syncing');
  await ks.clock.advance('30s');
  expect((await admin.get(`${ws}/repos/${id}`)).json['status']).toBe('successful');
  expect(each(await admin.get(`${v1}/apps?conditions=repo_id%3D${id}`), 'name')).toEqual(['hello', 'world']);
});

test('a world that is reset while a repository is asked forgets about it', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await using charts = await serveCharts({ 'index.yaml': index });
  const body = {
    apiVersion: 'application.kubesphere.io/v1alpha1',
    kind: 'HelmRepo',
    metadata: { name: 'repo-own' },
    spec: { name: 'own', url: charts.url },
  };
  const before = ks.world;
  await admin.send('POST', `${native}/helmrepos`, body);
  await ks.reset();
  const repos = { group: 'application.kubesphere.io', plural: 'helmrepos' };
  await vi.waitFor(() => {
    const repo = before.host.store.find(repos, undefined, 'repo-own')?.object;
    expect(repo?.['status']).toMatchObject({ state: 'successful' });
  });
  expect(ks.world.host.store.list(repos)).toEqual([]);
});

test('an index that somebody made up is read with care', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  for (const [at, data] of ['!', 'AAAA', Buffer.from('[]').toString('base64')].entries()) {
    const name = `repo-${String(at)}`;
    const body = {
      apiVersion: 'application.kubesphere.io/v1alpha1',
      kind: 'HelmRepo',
      metadata: { name },
      spec: { name, url: 'http://127.0.0.1:1' },
      status: {
        data,
        state: 'successful',
        syncState: [{ state: 'successful', syncTime: '2026-01-01T00:00:00Z' }],
      },
    };
    expect((await admin.send('POST', `${native}/helmrepos`, body)).status).toBe(201);
    expect((await admin.get(`${v1}/apps?conditions=repo_id%3D${name}`)).json).toEqual({
      items: [],
      total_count: 0,
    });
  }
});

test.for([
  [
    { name: 'x', url: 'http://127.0.0.1:1' },
    400,
    /^Get "http:\/\/127\.0\.0\.1:1\/index\.yaml": dial tcp 127\.0\.0\.1:1/,
  ],
  [{ name: 'x', url: 'http://ann:s3cret@127.0.0.1:1' }, 400, /^Get "http:\/\/ann:\*\*\*@127\.0\.0\.1:1\//],
  [{ name: 'x', url: 'oci://example.com/x' }, 400, /^Get "oci:.*unsupported protocol scheme "oci"/],
  [{ name: 'x', url: 's3://example/x' }, 501, /chart repositories at s3:\/\//],
  [{ name: 'x', url: 'ftp://example.com' }, 400, /^Get "ftp:.*unsupported protocol scheme "ftp"/],
  [{ name: 'x' }, 400, /unsupported protocol scheme ""/],
  [{ name: 'x', url: '{url}/none' }, 400, /404 Not Found/],
  [{ name: 'x', url: '{url}/bad' }, 400, /cannot unmarshal array into Go value of type repo\.IndexFile/],
  [{ url: '{url}' }, 400, /^repo name is empty\n$/],
  [{ name: 'charts', url: '{url}' }, 500, /^repo exists\n$/],
  [{ name: 'x', url: '{url}', sync_period: 'often' }, 400, /^time: invalid duration "often"\n$/],
  [{ name: 1, url: '{url}' }, 400, /CreateRepoRequest\.name of type string/],
  [{ name: 'x', url: '{url}', providers: 'a' }, 400, /providers of type \[\]string/],
] as const)('a repository that cannot be is refused: %j', async ([body, status, text]) => {
  const { ks, admin } = await start();
  await using _ = ks;
  await using charts = await serveCharts({ 'index.yaml': index, 'bad/index.yaml': '- a\n' });
  await add(admin, charts.url);
  const url = 'url' in body ? { url: body.url.replace('{url}', charts.url) } : {};
  const answer = await admin.send('POST', `${ws}/repos`, { ...body, ...url });
  expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(text)]);
  expect(each(await admin.get(`${ws}/repos`), 'name')).toEqual(['charts']);
});

test.for([
  ['GET', '', undefined, 'helmrepos'],
  ['PATCH', '', { name: 'x' }, 'helmrepos'],
  ['GET', '/events', undefined, 'helmrepos'],
  ['POST', '/action', { action: 'index' }, 'helmrepo'],
] as const)('%s of a repository there is not says so%s', async ([method, path, body, kind]) => {
  const { ks, admin } = await start();
  await using _ = ks;
  const answer = await admin.send(method, `${ws}/repos/repo-x${path}`, body);
  expect([answer.status, answer.text]).toEqual([
    500,
    `${kind}.application.kubesphere.io "repo-x" not found\n`,
  ]);
});
