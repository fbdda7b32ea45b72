import { describe, expect, test } from 'vitest';
import type { ReleaseName } from '../../../src/index.js';
import { namesOf, type Answer } from '../../support/ask.js';
import { indexOf, serveCharts } from '../../support/chart.js';
import { act, each, native, packed, start, upload, v1 } from './stage.js';

interface Row {
  readonly release: ReleaseName;
  /** Where a release of an app is made. */
  readonly place: string;
  readonly hasWorkspaces: boolean;
  readonly upgrades: boolean;
  /** How an app there is not is told, and how one is deleted. */
  readonly missing: readonly [status: number, body: RegExp];
  readonly deletion: number;
  /** How an action that does not fit the state is told. */
  readonly early: number;
}

const service = /rpc error: code = NotFound desc = resource not found/;
const own = /^helmapplication\.application\.kubesphere\.io "app-x" not found\n$/;
const inCluster = '/workspaces/demo/clusters/host/namespaces/default/applications';

const rows: readonly Row[] = [
  {
    release: 'v2.1',
    place: '/namespaces/default/applications',
    hasWorkspaces: false,
    upgrades: false,
    missing: [404, service],
    deletion: 404,
    early: 400,
  },
  {
    release: 'v3.0',
    place: inCluster,
    hasWorkspaces: true,
    upgrades: true,
    missing: [404, service],
    deletion: 404,
    early: 400,
  },
  ...(['v3.1', 'v3.3', 'v3.4'] as const).map((release) => ({
    release,
    place: inCluster,
    hasWorkspaces: true,
    upgrades: true,
    missing: [500, own] as const,
    deletion: 200,
    early: 200,
  })),
];

describe.each(rows)('the app store of $release', (row) => {
  test('keeps apps, versions and what is installed of them', async () => {
    const { ks, admin } = await start(row.release);
    await using _ = ks;
    const ids = await upload(admin, 'hello', v1);
    expect(each(await admin.get(`${v1}/apps`), 'app_id')).toEqual([ids.app]);
    const list = await admin.get(`${v1}/workspaces/demo/apps`);
    expect(list.status).toBe(row.hasWorkspaces ? 200 : 404);
    await act(admin, ids, 'submit', 'pass', 'release');
    expect((await admin.get(`${v1}/apps/${ids.app}`)).json).toMatchObject({
      name: 'hello',
      status: 'active',
      latest_app_version: { name: '1.0.0 [9]', status: 'active' },
    });
    const made = {
      name: 'mine',
      app_id: ids.app,
      version_id: ids.version,
      conf: 'a: 1\n',
      advanced_param: [],
    };
    const at = v1 + row.place;
    expect((await admin.send('POST', at, made)).json).toEqual({ message: 'success' });
    await ks.clock.advance('10s');
    const shown = await admin.get(at);
    expect(each(shown, 'cluster')).toMatchObject([{ name: 'mine', status: 'active', env: 'a: 1\n' }]);
    const { cluster_id } = shown.json.items[0]?.['cluster'] as { cluster_id: string };
    const upgrade = await admin.send('POST', `${at}/${cluster_id}`, { ...made, cluster_id });
    expect(upgrade.status).toBe(row.upgrades ? 200 : 405);
    const changed = { cluster_id, description: 'New.' };
    expect((await admin.send('PATCH', `${at}/${cluster_id}`, changed)).status).toBe(200);
    expect((await admin.get(`${at}/${cluster_id}`)).json).toMatchObject({
      cluster: { description: 'New.', version_id: ids.version },
      app: { app_id: ids.app },
    });
    expect((await admin.send('DELETE', `${at}/${cluster_id}`)).json).toEqual({ message: 'success' });
    await ks.clock.advance('5s');
    expect((await admin.get(at)).json).toEqual({ items: [], total_count: 0 });
  });

  test('keeps repositories and categories', async () => {
    const { ks, admin } = await start(row.release);
    await using _ = ks;
    await using charts = await serveCharts({ 'index.yaml': indexOf({ hello: ['1.0.0'] }) });
    const body = {
      name: 'charts',
      url: charts.url,
      providers: ['kubernetes'],
      type: 'http',
      visibility: 'public',
    };
    const id = String((await admin.send('POST', `${v1}/repos`, body)).json['repo_id']);
    expect(each(await admin.get(`${v1}/repos`), 'name')).toEqual(['charts']);
    expect((await admin.get(`${v1}/repos/${id}`)).json).toMatchObject({ repo_id: id, url: charts.url });
    const offered = await admin.get(`${v1}/apps?conditions=repo_id%3D${id}`);
    expect(each(offered, 'name')).toEqual(['hello']);
    expect(each(await admin.get(`${v1}/repos/${id}/events`), 'status')).toEqual(['successful']);
    expect((await admin.send('POST', `${v1}/repos/${id}/action`, { action: 'index' })).status).toBe(200);
    expect((await admin.send('PATCH', `${v1}/repos/${id}`, { description: 'New.' })).status).toBe(200);
    expect((await admin.get(`${v1}/repos/${id}`)).json['description']).toBe('New.');
    expect((await admin.send('DELETE', `${v1}/repos/${id}`)).status).toBe(200);
    expect((await admin.get(`${v1}/repos`)).json).toEqual({ items: [], total_count: 0 });
    const made = await admin.send('POST', `${v1}/categories`, { name: 'tools', locale: '{}' });
    const category = String(made.json['category_id']);
    expect((await admin.get(`${v1}/categories/${category}`)).json).toMatchObject({ name: 'tools' });
    expect((await admin.send('DELETE', `${v1}/categories/${category}`)).status).toBe(200);
  });

  test('says in its own way what is not there and what cannot be done', async () => {
    const { ks, admin } = await start(row.release);
    await using _ = ks;
    const answer = await admin.get(`${v1}/apps/app-x`);
    expect([answer.status, answer.text]).toEqual([row.missing[0], expect.stringMatching(row.missing[1])]);
    expect((await admin.send('DELETE', `${v1}/apps/app-x`)).status).toBe(row.deletion);
    const { app, version } = await upload(admin, 'hello', v1);
    const early = await admin.send('POST', `${v1}/apps/${app}/versions/${version}/action`, {
      action: 'release',
    });
    expect(early.status).toBe(row.early);
  });
});

test.each(['v2.1', 'v3.0', 'v3.1'] as const)('%s has no objects of the store to be read', async (release) => {
  const { ks, admin } = await start(release);
  await using _ = ks;
  expect((await admin.get('/kapis/openpitrix.io/v2alpha1/apps')).status).toBe(404);
});

test('4.1 has another app store', async () => {
  const { ks, admin } = await start('v4.1');
  await using _ = ks;
  expect((await admin.get(`${v1}/apps`)).status).toBe(404);
  expect((await admin.get(`${native}/helmapplications`)).status).toBe(404);
});

describe.each(['v3.3', 'v3.4'] as const)('the objects behind the app store of %s', (release) => {
  test('are read as lists and one by one', async () => {
    const { ks, admin } = await start(release);
    await using _ = ks;
    await using charts = await serveCharts({ 'index.yaml': indexOf({ x: ['1.0.0'] }) });
    const at = '/kapis/openpitrix.io/v2alpha1';
    const { app, version } = await upload(admin);
    const url = charts.url.replace('//', '//ann:s3cret@');
    const made = await admin.send('POST', `${v1}/workspaces/demo/repos`, { name: 'charts', url });
    const repo = String(made.json['repo_id']);
    await admin.send('POST', v1 + inCluster, {
      name: 'mine',
      app_id: app,
      version_id: version,
      advanced_param: [],
    });
    const [release_ = ''] = namesOf(await admin.get(`${at}/applications`));
    const shows: readonly (readonly [path: string, names: readonly string[]])[] = [
      ['/apps', [app]],
      ['/apps?name=hel', []],
      ['/workspaces/demo/apps', [app]],
      ['/workspaces/other/apps', []],
      [`/apps/${app}/versions`, [version]],
      [`/workspaces/demo/apps/${app}/versions`, [version]],
      ['/apps/app-x/versions', []],
      ['/categories', ['ctg-uncategorized']],
      ['/workspaces/demo/repos', [repo]],
      ['/workspaces/other/repos', []],
      ['/workspaces/demo/applications', [release_]],
      [inCluster, [release_]],
      [inCluster.replace('default', 'other'), []],
    ];
    for (const [path, names] of shows) expect(namesOf(await admin.get(at + path)), path).toEqual(names);
    const kinds: readonly (readonly [path: string, kind: string])[] = [
      [`/apps/${app}`, 'HelmApplication'],
      [`/workspaces/demo/apps/${app}/versions/${version}`, 'HelmApplicationVersion'],
      ['/categories/ctg-uncategorized', 'HelmCategory'],
      [`/workspaces/demo/repos/${repo}`, 'HelmRepo'],
      [`/applications/${release_}`, 'HelmRelease'],
      [`${inCluster}/${release_}`, 'HelmRelease'],
    ];
    for (const [path, kind] of kinds) expect((await admin.get(at + path)).json['kind'], path).toBe(kind);
    const list = await admin.get(`${at}/workspaces/demo/repos`);
    expect(list.text).not.toContain('s3cret');
    const one = await admin.get(`${at}/workspaces/demo/repos/${repo}`);
    expect((one.json['status'] as { data?: string }).data).toBeUndefined();
    const missing: readonly (readonly [path: string, status: number])[] = [
      ['/apps/app-x', 500],
      ['/workspaces/demo/repos/repo-x', 404],
      ['/applications/rls-x', 500],
    ];
    for (const [path, status] of missing) expect((await admin.get(at + path)).status, path).toBe(status);
  });
});

test('OpenPitrix lists what repositories offer beside what was uploaded, and translates categories', async () => {
  const { ks, admin } = await start('v2.1');
  await using _ = ks;
  await using charts = await serveCharts({ 'index.yaml': indexOf({ offered: ['1.0.0'] }) });
  const kept = {
    providers: ['kubernetes', 'qingcloud'],
    type: 'http',
    visibility: 'public',
    app_default_status: 'draft',
  };
  const body = { name: 'charts', url: charts.url, workspace: 'demo', ...kept };
  const repo = String((await admin.send('POST', `${v1}/repos`, body)).json['repo_id']);
  expect((await admin.get(`${v1}/repos/${repo}`)).json).toMatchObject({
    category_set: [],
    labels: [{ label_key: 'workspace', label_value: 'demo' }],
    status: 'active',
    ...kept,
  });
  for (const [conditions, names] of [
    ['visibility%3Dpublic%7Cprivate,workspace%3Ddemo', ['charts']],
    ['visibility%3Dprivate,workspace%3Ddemo', []],
    ['type%3Dhttp,workspace%3Ddemo', ['charts']],
    ['type%3Ds3,workspace%3Ddemo', []],
  ] as const)
    expect(each(await admin.get(`${v1}/repos?conditions=${conditions}`), 'name'), conditions).toEqual(names);
  const drafts = await admin.get(`${v1}/apps?conditions=repo_id%3D${repo},status%3Ddraft`);
  expect(each(drafts, 'name')).toEqual(['offered']);
  await admin.send('PATCH', `${v1}/repos/${repo}`, { app_default_status: 'active', visibility: 'private' });
  expect((await admin.get(`${v1}/repos/${repo}`)).json).toMatchObject({
    visibility: 'private',
    type: 'http',
  });
  await upload(admin, 'uploaded', v1);
  const names = async (query: string): Promise<unknown[]> =>
    each(await admin.get(`${v1}/apps${query}`), 'name');
  expect(new Set(await names(''))).toEqual(new Set(['uploaded', 'offered']));
  expect(await names(`?conditions=repo_id%3D${repo}`)).toEqual(['offered']);
  const locale = '{"en":"Tools"}';
  const made = await admin.send('POST', `${v1}/categories`, { name: 'tools', locale });
  const category = await admin.get(`${v1}/categories/${String(made.json['category_id'])}`);
  expect(category.json['locale']).toBe(locale);
});

test('OpenPitrix refuses what does not fit the state of a version, naming both', async () => {
  const { ks, admin } = await start('v2.1');
  await using _ = ks;
  const ids = await upload(admin, 'hello', v1);
  const at = `${v1}/apps/${ids.app}/versions/${ids.version}/action`;
  const send = (action: string): Promise<Answer> => admin.send('POST', at, { action });
  const steps: readonly (readonly [action: string, refusedIn?: string])[] = [
    ['cancel', 'draft'],
    ['suspend', 'draft'],
    ['submit'],
    ['submit', 'submitted'],
    ['reject'],
    ['submit'],
    ['cancel'],
    ['submit'],
    ['pass'],
    ['recover', 'passed'],
    ['release'],
    ['release', 'active'],
    ['suspend'],
    ['recover'],
  ];
  for (const [action, refusedIn] of steps) {
    const answer = await send(action);
    const text =
      refusedIn === undefined
        ? 'success'
        : `rpc error: code = FailedPrecondition desc = app version [${ids.version}] has incorrect status [${refusedIn}]`;
    expect([action, answer.status, answer.json]).toEqual([
      action,
      refusedIn === undefined ? 200 : 400,
      { message: text },
    ]);
  }
  expect((await send('jump')).json).toEqual({
    message: 'rpc error: code = InvalidArgument desc = action not support',
  });
  expect((await admin.send('POST', `${v1}/apps`, { name: 'x', version_package: packed() })).status).toBe(200);
});
