import { describe, expect, test } from 'vitest';
import { namesOf, type Answer, type Asker } from '../../support/ask.js';
import { indexOf, serveCharts } from '../../support/chart.js';
import { act, each, native, packed, start, upload, v1, type AppIds } from './stage.js';

const ws = `${v1}/workspaces/demo`;
const here = `${ws}/clusters/host/namespaces/default/applications`;

function request({ app, version }: AppIds, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    name: 'mine',
    app_id: app,
    version_id: version,
    conf: 'replicas: 2\n',
    advanced_param: [],
    ...more,
  };
}

async function install(admin: Asker, ids: AppIds, at = here): Promise<string> {
  const made = await admin.send('POST', at, request(ids, { description: 'Mine.' }));
  expect([made.status, made.json]).toEqual([200, { message: 'success' }]);
  const [item] = (await admin.get(at)).json.items;
  return String((item?.['cluster'] as { cluster_id?: string } | undefined)?.cluster_id);
}

function statusesOf(answer: Answer): unknown[] {
  return each(answer, 'cluster').map((cluster) => (cluster as { status?: string }).status);
}

test('an app is installed, seen in every list while it comes to be, described, changed, upgraded and deleted', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const ids = await upload(admin);
  const id = await install(admin, ids);
  const shows = [
    here,
    `${v1}/applications`,
    `${ws}/applications`,
    `${v1}/clusters/host/applications`,
    `${ws}/clusters/host/applications`,
    `${ws}/namespaces/default/applications`,
    `${v1}/applications?conditions=app_id%3D${ids.app},status%3Dcreating%7Cactive`,
    `${v1}/applications?conditions=version_id%3D${ids.version},keyword%3D1.0`,
  ];
  for (const list of shows) expect(statusesOf(await admin.get(list)), list).toEqual(['creating']);
  const hides = [
    `${v1}/workspaces/other/applications`,
    `${v1}/clusters/other/applications`,
    `${ws}/namespaces/other/applications`,
    `${v1}/applications?conditions=app_id%3D${ids.app}-store`,
    `${v1}/applications?conditions=status%3Dactive`,
    `${v1}/applications?conditions=keyword%3Dx`,
    `${v1}/applications?conditions=repo_id%3Drepo-x`,
  ];
  for (const list of hides) expect(statusesOf(await admin.get(list)), list).toEqual([]);
  await ks.clock.advance('10s');
  for (const one of [`${here}/${id}`, `${ws}/namespaces/default/applications/${id}`])
    expect((await admin.get(one)).json).toEqual({
      name: 'hello',
      cluster: {
        app_id: ids.app,
        cluster_id: id,
        create_time: '2026-01-01T00:00:00.000Z',
        description: 'Mine.',
        env: 'replicas: 2\n',
        name: 'mine',
        owner: 'admin',
        runtime_id: 'host',
        status: 'active',
        status_time: '2026-01-01T00:00:10.000Z',
        version_id: ids.version,
        zone: 'default',
      },
      version: { app_id: ids.app, name: '1.0.0 [9]', version_id: ids.version },
      app: { app_id: ids.app, category_set: null, chart_name: 'hello', name: 'hello' },
    });
  expect((await admin.get(`${native}/helmreleases/${id}`)).json).toMatchObject({
    metadata: {
      labels: {
        'kubesphere.io/workspace': 'demo',
        'kubesphere.io/namespace': 'default',
        'kubesphere.io/cluster': 'host',
        'application.kubesphere.io/app-id': ids.app,
      },
    },
    spec: { chartVersion: '1.0.0', chartAppVer: '9', version: 1 },
    status: {
      state: 'active',
      version: 1,
      lastDeployed: '2026-01-01T00:00:05Z',
      deployStatus: [{ state: 'active' }, { state: 'created' }],
    },
  });

  expect((await admin.send('PATCH', `${here}/${id}`, { cluster_id: id, description: ' New. ' })).status).toBe(
    200,
  );
  const second = String(
    (await admin.send('POST', `${v1}/apps/${ids.app}/versions`, { package: packed('hello', '2.0.0') })).json[
      'version_id'
    ],
  );
  const upgrade = request({ app: ids.app, version: second }, { cluster_id: id, conf: '' });
  expect((await admin.send('POST', `${here}/${id}`, upgrade)).json).toEqual({ message: 'success' });
  expect(statusesOf(await admin.get(here))).toEqual(['upgrading']);
  expect((await admin.send('POST', `${here}/${id}`, upgrade)).text).toBe('application is not active now\n');
  await ks.clock.advance('10s');
  expect((await admin.get(`${here}/${id}`)).json).toMatchObject({
    cluster: { status: 'active', description: 'New.', env: 'replicas: 2\n', version_id: second },
    version: { name: '2.0.0 [9]' },
  });
  expect((await admin.send('DELETE', `${v1}/apps/${ids.app}/versions/${second}`)).status).toBe(200);

  expect((await admin.send('DELETE', `${here}/${id}`)).json).toEqual({ message: 'success' });
  expect(statusesOf(await admin.get(here))).toEqual(['deleting']);
  await ks.clock.advance('5s');
  for (const list of shows) expect(statusesOf(await admin.get(list)), list).toEqual([]);
  expect(namesOf(await admin.get(`${native}/helmreleases`))).toEqual([]);
  expect((await admin.get(`${here}/${id}`)).json).toEqual({ name: '' });
});

test('an app that is installed cannot be deleted, nor the version', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const ids = await upload(admin);
  await install(admin, ids);
  const version = await admin.send('DELETE', `${v1}/apps/${ids.app}/versions/${ids.version}`);
  expect([version.status, version.text]).toEqual([500, 'release exists: demo/default\n']);
  const app = await admin.send('DELETE', `${v1}/apps/${ids.app}`);
  expect([app.status, app.text]).toEqual([500, `app ${ids.app} has releases not deleted\n`]);
  expect((await admin.get(`${v1}/apps?statistics=true`)).json.items[0]?.['cluster_total']).toBe(1);
});

test('releases of an app of the store are those of versions that are or were there', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const ids = await upload(admin);
  await install(admin, ids);
  const list = `${v1}/applications?conditions=app_id%3D${ids.app}-store`;
  expect(statusesOf(await admin.get(list))).toEqual([]);
  await act(admin, ids, 'submit', 'pass', 'release');
  expect(statusesOf(await admin.get(list))).toEqual(['creating']);
});

test('a chart of a repository is installed', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  await using charts = await serveCharts({ 'index.yaml': indexOf({ hello: ['1.0.0'] }) });
  const repo = (await admin.send('POST', `${ws}/repos`, { name: 'x', url: charts.url })).json['repo_id'];
  const [item] = (await admin.get(`${v1}/apps?conditions=repo_id%3D${String(repo)}`)).json.items;
  const latest = item?.['latest_app_version'] as { version_id?: string } | undefined;
  const id = await install(admin, { app: String(item?.['app_id']), version: String(latest?.version_id) });
  await ks.clock.advance('10s');
  expect((await admin.get(`${here}/${id}`)).json).toMatchObject({ cluster: { status: 'active' } });
  expect(statusesOf(await admin.get(`${v1}/applications?conditions=repo_id%3D${String(repo)}`))).toEqual([
    'active',
  ]);
});

describe('a release fails', () => {
  test.for([
    [
      'of values that are no YAML',
      here,
      'a: [',
      /^failed to parse values: error converting YAML to JSON: yaml: /,
    ],
    ['of values that are no map', here, 'text', /cannot unmarshal string into Go value of type map/],
    [
      'in a namespace there is not',
      `${ws}/clusters/host/namespaces/none/applications`,
      '',
      /^create: failed to create: namespaces "none" not found$/,
    ],
  ] as const)('%s', async ([, at, conf, text]) => {
    const { ks, admin } = await start();
    await using _ = ks;
    const ids = await upload(admin);
    expect((await admin.send('POST', at, request(ids, { conf }))).status).toBe(200);
    await ks.clock.advance('30s');
    const [item] = (await admin.get(at)).json.items;
    expect(item?.['cluster']).toMatchObject({
      status: 'failed',
      additional_info: expect.stringMatching(text) as unknown,
    });
  });
});

test('a release written by kubectl waits for a chart that is not there, and goes with its cluster', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const make = async (name: string, cluster: string): Promise<number> => {
    const answer = await admin.send('POST', `${native}/helmreleases`, {
      apiVersion: 'application.kubesphere.io/v1alpha1',
      kind: 'HelmRelease',
      metadata: {
        name,
        labels: { 'kubesphere.io/cluster': cluster, 'kubesphere.io/namespace': 'default' },
      },
      spec: { name, chartName: 'x', chartVersion: '1', version: 1, appVerId: 'appv-x' },
    });
    return answer.status;
  };
  expect(await make('rls-a', 'host')).toBe(201);
  expect(await make('rls-b', 'nowhere')).toBe(201);
  await ks.clock.advance('100s');
  const all = await admin.get(`${native}/helmreleases`);
  expect(namesOf(all)).toEqual(['rls-a']);
  expect(all.json.items[0]?.['status']).toMatchObject({ state: 'creating' });
});

test.for([
  [
    'POST',
    here,
    { name: 'x', version_id: 'appv-x' },
    500,
    'helmapplicationversion.application.kubesphere.io "appv-x" not found',
  ],
  ['POST', here, 'mine', 500, 'release mine exists'],
  ['POST', `${here}/rls-x`, {}, 500, 'helmrelease.application.kubesphere.io "rls-x" not found'],
  [
    'PATCH',
    `${here}/rls-x`,
    { description: 'x' },
    500,
    'helmrelease.application.kubesphere.io "rls-x" not found',
  ],
  [
    'POST',
    here,
    { name: 1 },
    400,
    'json: cannot unmarshal number into Go struct field CreateClusterRequest.name of type string',
  ],
  ['GET', `${here}?conditions=(`, undefined, 400, 'invalid conditions'],
] as const)('%s %s is refused: %#', async ([method, path, body, status, text]) => {
  const { ks, admin } = await start();
  await using _ = ks;
  const ids = await upload(admin);
  await install(admin, ids);
  const answer = await admin.send(method, path, body === 'mine' ? request(ids) : body);
  expect([answer.status, answer.text]).toEqual([status, `${text}\n`]);
});

test('what is not there is described as empty, and passed over when changed without a description or deleted', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  expect((await admin.get(`${here}/rls-x`)).json).toEqual({ name: '' });
  expect((await admin.send('PATCH', `${here}/rls-x`, { cluster_id: 'rls-x' })).status).toBe(200);
  expect((await admin.send('DELETE', `${here}/rls-x`)).json).toEqual({ message: 'success' });
});
