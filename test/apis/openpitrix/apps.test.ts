import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { as, namesOf, type Answer } from '../../support/ask.js';
import { act, each, native, packed, start, upload, v1 } from './stage.js';

test('an app is uploaded, seen in every list and by kubectl, changed, and deleted after its versions', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const { app, version } = await upload(admin);
  const shows = [
    `${v1}/apps`,
    `${v1}/workspaces/demo/apps`,
    `${v1}/apps?workspace=demo`,
    `${v1}/apps?conditions=status%3Ddraft%7Cactive,keyword%3Dell`,
  ];
  for (const list of shows) expect(each(await admin.get(list), 'app_id'), list).toEqual([app]);
  const hides = [
    `${v1}/workspaces/other/apps`,
    `${v1}/apps?conditions=status%3Dactive`,
    `${v1}/apps?conditions=keyword%3Dx`,
    `${v1}/apps?conditions=repo_id%3Drepo-helm`,
    `${v1}/apps?paging=limit%3D10,page%3D2`,
  ];
  for (const list of hides) expect(each(await admin.get(list), 'app_id'), list).toEqual([]);
  const one = `${v1}/workspaces/demo/apps/${app}`;
  expect((await admin.get(one)).json).toEqual({
    app_id: app,
    app_version_types: 'helm',
    category_set: [],
    create_time: '2026-01-01T00:00:00.000Z',
    description: 'Says hello.',
    isv: 'demo',
    latest_app_version: {
      active: true,
      app_id: app,
      create_time: '2026-01-01T00:00:00.000Z',
      description: 'Says hello.',
      icon: 'https://example.com/icon.png',
      name: '1.0.0 [9]',
      owner: 'admin',
      status: 'draft',
      update_time: '2026-01-01T00:00:00.000Z',
      version_id: version,
    },
    name: 'hello',
    owner: 'admin',
    status: 'draft',
    status_time: '2026-01-01T00:00:00.000Z',
    update_time: '2026-01-01T00:00:00.000Z',
    cluster_total: 0,
  });
  expect((await admin.get(`${native}/helmapplications/${app}`)).json).toMatchObject({
    metadata: { labels: { 'kubesphere.io/workspace': 'demo' } },
    spec: { name: 'hello', description: 'Says hello.' },
    status: { state: 'draft', latestVersion: '1.0.0 [9]' },
  });

  const change = { name: 'hi', description: 'Hi.', abstraction: 'short', home: 'https://example.org' };
  expect((await admin.send('PATCH', one, change, 'application/merge-patch+json')).json).toEqual({
    message: 'success',
  });
  expect((await admin.get(one)).json).toMatchObject({ ...change, update_time: '2026-01-01T00:00:00.000Z' });

  expect((await admin.send('DELETE', one)).text).toBe(`app ${app} has some versions not deleted\n`);
  expect((await admin.send('DELETE', `${one}/versions/${version}`)).json).toEqual({ message: 'success' });
  expect(each(await admin.get(`${one}/versions`), 'version_id')).toEqual([]);
  expect((await admin.get(`/api/v1/namespaces/openpitrix-system/configmaps/${version}`)).status).toBe(404);
  expect((await admin.send('DELETE', one)).json).toEqual({ message: 'success' });
  for (const list of shows) expect(each(await admin.get(list), 'app_id'), list).toEqual([]);
  expect(namesOf(await admin.get(`${native}/helmapplications`))).toEqual([]);
  const gone = await admin.get(one);
  expect([gone.status, gone.text]).toEqual([
    500,
    `helmapplication.application.kubesphere.io "${app}" not found\n`,
  ]);
});

test('versions are reviewed and released; the app comes into the store, and out of it with its deletion', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const ids = await upload(admin);
  const { app, version } = ids;
  const versions = `${v1}/apps/${app}/versions`;
  const second = String(
    (await admin.send('POST', versions, { package: packed('hello', '1.10.0') })).json['version_id'],
  );
  expect(each(await admin.get(versions), 'name')).toEqual(['1.0.0 [9]', '1.10.0 [9]']);
  expect(each(await admin.get(`${versions}?reverse=true`), 'version_id')).toEqual([second, version]);
  expect(each(await admin.get(`${versions}?conditions=keyword%3D1.10`), 'version_id')).toEqual([second]);
  const shown = async (id = app): Promise<Answer> => admin.get(`${v1}/apps/${id}`);
  expect((await shown()).json['latest_app_version']).toMatchObject({ name: '1.10.0 [9]' });

  await act(admin, ids, 'submit');
  const reviews = `${v1}/reviews?conditions=status%3Dsubmitted`;
  expect((await admin.get(reviews)).json).toEqual({
    items: [
      {
        app_id: app,
        app_name: 'hello',
        review_id: 'admin',
        reviewer: 'admin',
        status: 'submitted',
        status_time: '2026-01-01T00:00:00.000Z',
        version_id: version,
        version_name: '1.0.0 [9]',
        workspace: 'demo',
      },
    ],
    total_count: 1,
  });
  const rejected = await admin.send('POST', `${versions}/${version}/action`, {
    action: 'reject',
    message: 'no',
  });
  expect(rejected.status).toBe(200);
  expect(each(await admin.get(reviews), 'version_id')).toEqual([]);
  await act(admin, ids, 'submit', 'pass', 'release');
  expect(each(await admin.get(`${versions}/${version}/audits`), 'status')).toHaveLength(6);
  expect((await admin.get(`${v1}/apps/${app}/audits?paging=limit%3D1,page%3D1`)).json['total_count']).toBe(7);

  const store = `${v1}/apps?conditions=repo_id%3Drepo-helm,status%3Dactive`;
  expect(each(await admin.get(store), 'app_id')).toEqual([`${app}-store`]);
  expect((await shown(`${app}-store`)).json).toMatchObject({
    status: 'active',
    repo_id: 'repo-helm',
    category_set: [
      { category_id: 'ctg-uncategorized', name: 'uncategorized', locale: '{}', status: 'enabled' },
    ],
    latest_app_version: { version_id: version },
  });
  expect((await admin.get(`${v1}/categories/ctg-uncategorized`)).json['app_total']).toBe(1);
  expect((await admin.send('DELETE', `${versions}/${version}`)).text).toBe('action not permitted\n');

  await admin.send('PATCH', `${v1}/apps/${app}`, { description: 'New.' });
  const suspended = await admin.send('POST', `${v1}/apps/${app}-store/action`, { action: 'suspend' });
  expect(suspended.json).toEqual({ message: 'success' });
  expect((await shown(`${app}-store`)).json['status']).toBe('suspended');
  expect((await admin.get(`${v1}/categories/ctg-uncategorized`)).json['app_total']).toBe(0);
  expect((await admin.send('POST', `${v1}/apps/${app}/action`, { action: 'suspend' })).text).toBe(
    'action not support\n',
  );
  await admin.send('POST', `${v1}/apps/${app}/action`, { action: 'recover' });
  expect((await shown(`${app}-store`)).json).toMatchObject({ status: 'active', description: 'New.' });

  await act(admin, ids, 'suspend');
  for (const id of [version, second])
    expect((await admin.send('DELETE', `${versions}/${id}`)).status).toBe(200);
  expect((await admin.send('DELETE', `${v1}/apps/${app}`)).status).toBe(200);
  expect(namesOf(await admin.get(`${native}/helmapplications`))).toEqual([]);
});

test('a package is downloaded and looked into', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const { app, version } = await upload(admin);
  const at = `${v1}/apps/${app}/versions/${version}`;
  expect((await admin.get(`${at}/package`)).json).toEqual({
    app_id: app,
    package: packed(),
    version_id: version,
  });
  const { files } = (await admin.get(`${at}/files`)).json;
  expect(Object.keys(files as object)).toEqual(['Chart.yaml', 'README.md', 'values.yaml']);
  const changed = await admin.send('PATCH', at, { name: '2.0.0 [10]', description: 'Two.' });
  expect(changed.status).toBe(200);
  expect((await admin.get(at)).json).toMatchObject({ name: '2.0.0 [10]', description: 'Two.' });
});

test('pictures and icons come and go with the app', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const { app, version } = await upload(admin);
  const one = `${v1}/apps/${app}`;
  const picture = { type: 'screenshot', attachment_content: Buffer.from('png').toString('base64') };
  for (const sequence of [0, 1])
    expect((await admin.send('PATCH', one, { ...picture, sequence })).status).toBe(200);
  await admin.send('PATCH', one, { ...picture, type: 'icon' });
  const { screenshots, icon } = (await admin.get(one)).json;
  const [first = '', other = ''] = String(screenshots).split(',');
  const attachment = (id: unknown): Promise<Answer> => admin.get(`${v1}/attachments/${String(id)}`);
  for (const id of [first, other, icon])
    expect((await attachment(id)).json).toEqual({
      attachment_content: { raw: picture.attachment_content },
      attachment_id: id,
    });
  expect((await admin.get(`${v1}/attachments/${first}?filename=raw`)).text).toBe('png');
  await admin.send('PATCH', one, { type: 'screenshot', sequence: 0 });
  expect((await admin.get(one)).json['screenshots']).toBe(other);
  expect((await attachment(first)).text).toBe('download file failed\n');
  await admin.send('DELETE', `${one}/versions/${version}`);
  await admin.send('DELETE', one);
  for (const id of [other, icon]) expect((await attachment(id)).status).toBe(500);
});

test('an attachment is uploaded and deleted', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const body = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\npng\r\n--x--\r\n';
  const type = 'multipart/form-data; boundary=x';
  const made = await admin.send('POST', `${v1}/attachments`, body, type);
  const id = String(made.json['attachment_id']);
  expect(id).toMatch(/^att-/);
  const gone = await admin.send('DELETE', `${v1}/attachments/${id},att-x`);
  expect([gone.status, gone.text]).toEqual([200, '']);
  expect((await admin.get(`${v1}/attachments/${id}`)).status).toBe(500);
});

test('categories hold apps of the store and cannot be deleted while they do', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const made = await admin.send('POST', `${v1}/categories`, { name: 'tools', description: 'Tools.' });
  const id = String(made.json['category_id']);
  expect(each(await admin.get(`${v1}/categories`), 'name')).toEqual(['tools', 'uncategorized']);
  // KubeSphere's own lists of categories know no conditions, no order and no direction; they are read all the same.
  const asked = `${v1}/categories?conditions=name%3Dnone&orderBy=name&reverse=true`;
  expect(each(await admin.get(asked), 'name')).toEqual(['tools', 'uncategorized']);
  expect(each(await admin.get(`${asked}&limit=1&page=2`), 'name')).toEqual(['uncategorized']);
  expect((await admin.get(`${v1}/categories?conditions=a(b`)).status).toBe(400);
  expect((await admin.send('PATCH', `${v1}/categories/${id}`, { name: 'Tools' })).status).toBe(200);
  const ids = await upload(admin);
  await act(admin, ids, 'submit', 'pass', 'release');
  await admin.send('PATCH', `${v1}/apps/${ids.app}-store`, { category_id: id });
  expect((await admin.get(`${v1}/categories/${id}`)).json).toEqual({
    category_id: id,
    create_time: '2026-01-01T00:00:00.000Z',
    description: 'Tools.',
    locale: '{}',
    name: 'Tools',
    app_total: 1,
  });
  expect(each(await admin.get(`${v1}/apps?conditions=category_id%3D${id}`), 'app_id')).toEqual([
    `${ids.app}-store`,
  ]);
  const refused = await admin.send('DELETE', `${v1}/categories/${id}`);
  expect([refused.status, refused.text]).toEqual([500, 'category Tools owns application\n']);
  await admin.send('PATCH', `${v1}/apps/${ids.app}-store`, { category_id: '' });
  expect((await admin.send('DELETE', `${v1}/categories/${id}`)).status).toBe(200);
  expect(each(await admin.get(`${v1}/categories`), 'app_total')).toEqual([1]);
});

test('apps of a deleted workspace go, but for what is in the store', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const tenant = '/kapis/tenant.kubesphere.io/v1alpha2/workspaces';
  expect((await admin.send('POST', tenant, { metadata: { name: 'w' } })).status).toBe(200);
  const draft = await upload(admin, 'draft', `${v1}/workspaces/w`);
  const kept = await upload(admin, 'kept', `${v1}/workspaces/w`);
  await act(admin, kept, 'submit', 'pass', 'release');
  expect((await admin.send('DELETE', `${tenant}/w`)).status).toBe(200);
  expect((await admin.get(`${native}/helmapplications/${draft.app}`)).status).toBe(404);
  expect(each(await admin.get(`${v1}/workspaces/w/apps`), 'app_id')).toEqual([]);
  expect(each(await admin.get(`${v1}/apps?conditions=repo_id%3Drepo-helm`), 'app_id')).toEqual([
    `${kept.app}-store`,
  ]);
});

describe('what cannot be is refused', () => {
  const noise = createHash('sha512');
  const blocks = Array.from({ length: 20_000 }, (_, at) => noise.copy().update(String(at)).digest('base64'));
  const large = packed('hello', '1.0.0', { 'hello/big': blocks.join('') });
  const noChart = Buffer.from('hello world').toString('base64');
  const ws = `${v1}/workspaces/demo`;

  test.for([
    ['POST', `${ws}/apps`, { name: 'x', version_package: noChart }, 500, 'gzip: invalid header'],
    ['POST', `${ws}/apps`, { name: 'x' }, 500, 'EOF'],
    ['POST', `${ws}/apps`, { name: 'x', version_package: 'a' }, 400, 'illegal base64 data at input byte 0'],
    ['POST', `${ws}/apps`, { name: 'x', version_package: large }, 500, 'upload chart data failed'],
    ['POST', `${ws}/apps`, { name: 'hello', version_package: packed() }, 500, 'application exists'],
    [
      'POST',
      `${ws}/apps`,
      { name: 1 },
      400,
      'json: cannot unmarshal number into Go struct field CreateAppRequest.name of type string',
    ],
    ['POST', `${ws}/apps`, '', 400, 'EOF'],
    ['POST', `${ws}/apps`, '{"__proto__": {"name": "x"}}', 500, 'EOF'],
    [
      'POST',
      `${v1}/apps/app-x/versions`,
      { package: packed() },
      500,
      'helmapplication.application.kubesphere.io "app-x" not found',
    ],
    ['POST', '{app}/versions', { package: packed() }, 500, 'application version exists'],
    ['POST', '{app}/versions', { package: noChart }, 500, 'gzip: invalid header'],
    ['POST', '{app}/action', { action: 'suspend' }, 500, 'action not support'],
    ['POST', '{app}/action', { action: 'jump' }, 500, 'action not support'],
    ['POST', '{version}/action', { action: 'jump' }, 500, 'action not support'],
    ['POST', '{version}/action', {}, 500, 'action not support'],
    [
      'POST',
      `${v1}/apps/app-x/versions/appv-x/action`,
      { action: 'submit' },
      500,
      'helmapplicationversion.application.kubesphere.io "appv-x" not found',
    ],
    [
      'PATCH',
      `${v1}/apps/app-x`,
      { name: 'x' },
      500,
      'helmapplication.application.kubesphere.io "app-x" not found',
    ],
    ['GET', `${v1}/apps?conditions=repo_id%3Drepo-x`, undefined, 500, 'load repo info failed'],
    ['GET', `${v1}/apps?conditions=(`, undefined, 400, 'invalid conditions'],
    [
      'GET',
      `${v1}/apps/app-x/versions/appv-x/package`,
      undefined,
      500,
      'helmapplicationversion.application.kubesphere.io "appv-x" not found',
    ],
    ['POST', `${v1}/categories`, { name: 'uncategorized' }, 500, 'category uncategorized exists'],
    ['PATCH', `${v1}/categories/ctg-x`, { name: 'x' }, 500, 'category ctg-x not found'],
    [
      'GET',
      `${v1}/categories/ctg-x`,
      undefined,
      500,
      'helmcategories.application.kubesphere.io "ctg-x" not found',
    ],
    ['POST', `${v1}/attachments`, {}, 400, "request Content-Type isn't multipart/form-data"],
  ] as const)('%s %s', async ([method, path, body, status, text]) => {
    const { ks, admin } = await start();
    await using _ = ks;
    const { app, version } = await upload(admin);
    const target = path
      .replace('{app}', `${v1}/apps/${app}`)
      .replace('{version}', `${v1}/apps/${app}/versions/${version}`);
    const before = ks.world.host.store.version;
    const answer = await admin.send(method, target, body);
    expect([answer.status, answer.text]).toEqual([status, `${text}\n`]);
    expect(ks.world.host.store.version).toBe(before);
  });

  test.for([
    [packed(), { description: 'Says hello.', name: 'hello', version_name: '1.0.0 [9]' }],
    [noChart, { error: 'gzip: invalid header' }],
  ] as const)('and told of a package that is only to be validated: %#', async ([version_package, told]) => {
    const { ks, admin } = await start();
    await using _ = ks;
    const answer = await admin.send('POST', `${v1}/workspaces/demo/apps?validate=true`, { version_package });
    expect([answer.status, answer.json]).toEqual([200, told]);
    expect(each(await admin.get(`${v1}/apps`), 'app_id')).toEqual([]);
  });
});

test('what is deleted and not there is passed over', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  for (const path of ['apps/app-x', 'apps/app-x/versions/appv-x', 'categories/ctg-x', 'repos/repo-x'])
    expect((await admin.send('DELETE', `${v1}/${path}`)).json, path).toEqual({ message: 'success' });
});

test.for([
  ['platform-admin', 200, 200, 200],
  ['platform-regular', 200, 403, 403],
  ['demo-admin', 200, 403, 403],
  ['outsider', 200, 403, 403],
] as const)('%s reads apps: %i, makes categories: %i, reviews: %i', async ([user, reads, makes, reviews]) => {
  const { ks } = await start();
  await using _ = ks;
  const one = await as(ks, user);
  expect((await one.get(`${v1}/apps`)).status).toBe(reads);
  expect((await one.send('POST', `${v1}/categories`, { name: 'tools' })).status).toBe(makes);
  expect((await one.get(`${v1}/reviews`)).status).toBe(reviews);
});

test('visitors see the store, and nobody without a role writes into it', async () => {
  const { ks, admin } = await start();
  await using _ = ks;
  const { app } = await upload(admin);
  expect((await fetch(`${ks.url}${v1}/apps/${app}`)).status).toBe(200);
  expect((await fetch(`${ks.url}${v1}/repos`)).status).toBe(403);
  expect((await fetch(`${ks.url}${v1}/apps/${app}`, { method: 'DELETE' })).status).toBe(403);
});
