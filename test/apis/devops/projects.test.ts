import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';

const at = '/kapis/devops.kubesphere.io/v1alpha3';
const releases = ['v3.0', 'v3.1', 'v3.3', 'v3.4'] as const;
const projects = `${at}/workspaces/demo/devops`;

async function makeProject(admin: Asker): Promise<string> {
  const made = await admin.send('POST', projects, { metadata: { generateName: 'ship' } });
  expect(made.status).toBe(200);
  return made.json.metadata.name;
}

test.for(releases)(
  '%s: a project is made with its namespace, listed, changed and deleted',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const name = await makeProject(admin);
    expect(name).toMatch(/^ship.{5}$/);
    const lists = [
      `${projects}?paging=limit%3D10%2Cpage%3D1`,
      `/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/devops?name=ship`,
      '/kapis/resources.kubesphere.io/v1alpha3/devopsprojects',
      '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/workspacemembers/admin/devops',
    ];
    for (const list of lists) expect(namesOf(await admin.get(list)), list).toEqual([name]);
    expect(namesOf(await admin.get(`${at}/workspaces/system-workspace/devops`))).toEqual([]);
    const stranger = lists[3]?.replace('/admin/', '/nobody/') ?? '';
    expect(namesOf(await admin.get(stranger))).toEqual([]);
    const namespace = (await admin.get(`/api/v1/namespaces/${name}`)).json;
    expect(namespace.metadata.labels).toMatchObject({
      'kubesphere.io/devopsproject': name,
      'kubesphere.io/workspace': 'demo',
    });

    const { metadata, ...rest } = (await admin.get(`${projects}/${name}`)).json;
    expect(rest['status']).toEqual({ adminNamespace: name });
    const changed = { metadata: { ...metadata, annotations: { 'kubesphere.io/description': 'x' } } };
    expect((await admin.send('PUT', `${projects}/${name}`, changed)).status).toBe(200);
    const after = (await admin.get(`${projects}/${name}`)).json;
    expect(after.metadata.annotations['kubesphere.io/description']).toBe('x');

    expect((await admin.send('DELETE', `${projects}/${name}`)).json).toEqual({ message: 'success' });
    for (const list of lists) expect(namesOf(await admin.get(list)), list).toEqual([]);
    expect((await admin.get(`${projects}/${name}`)).status).toBe(404);
    expect((await admin.get(`/api/v1/namespaces/${name}`)).status).toBe(404);
  },
);

test.for([
  ['pipelines', { spec: { type: 'pipeline', pipeline: { name: 'p', jenkinsfile: '' } } }],
  ['credentials', { type: 'credential.devops.kubesphere.io/basic-auth' }],
] as const)('%s of a project are made, listed, changed and deleted', async ([kind, body]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.0' });
  const admin = await as(ks, 'admin');
  const name = await makeProject(admin);
  const path = `${at}/devops/${name}/${kind}`;
  for (const one of ['one', 'two']) {
    const made = await admin.send('POST', path, { ...body, metadata: { name: one } });
    expect(made.json.metadata['namespace']).toBe(name);
  }
  expect(namesOf(await admin.get(path)).sort()).toEqual(['one', 'two']);
  const query = kind === 'pipelines' ? 'paging=limit%3D1%2Cpage%3D2' : 'limit=1&page=2';
  const second = await admin.get(`${path}?${query}`);
  expect([second.json.items.length, second.json['totalItems']]).toEqual([1, 2]);

  const { metadata } = (await admin.get(`${path}/one`)).json;
  const changed = { ...body, metadata: { ...metadata, labels: { seen: 'yes' } } };
  expect((await admin.send('PUT', `${path}/one`, changed)).status).toBe(200);
  expect((await admin.get(`${path}/one`)).json.metadata.labels['seen']).toBe('yes');
  expect((await admin.send('DELETE', `${path}/one`)).json).toEqual({ message: 'success' });
  expect(namesOf(await admin.get(path))).toEqual(['two']);
});

test('secrets that are no credentials are not listed', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.0' });
  const admin = await as(ks, 'admin');
  const name = await makeProject(admin);
  await admin.send('POST', `/api/v1/namespaces/${name}/secrets`, { metadata: { name: 'other' } });
  expect(namesOf(await admin.get(`${at}/devops/${name}/credentials`))).toEqual([]);
});

test('a project needs a generateName that no other of the workspace has', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.0' });
  const admin = await as(ks, 'admin');
  const unnamed = await admin.send('POST', projects, { metadata: { name: 'x' } });
  expect([unnamed.status, unnamed.text]).toEqual([
    400,
    'DevOpsProject.devops.kubesphere.io "" is invalid: metadata.generateName: Required value: generateName is required\n',
  ]);
  await makeProject(admin);
  const twin = await admin.send('POST', projects, { metadata: { generateName: 'ship' } });
  expect(twin.status).toBe(409);
  expect(twin.text).toContain('a devops project named ship already exists in the workspace');
});

test.for([
  ['GET', '/workspaces/demo/devops/nope', 'devopsproject.devops.kubesphere.io "nope" not found'],
  ['DELETE', '/workspaces/demo/devops/nope', 'devopsprojects.devops.kubesphere.io "nope" not found'],
  ['GET', '/devops/nope/pipelines', 'devopsproject.devops.kubesphere.io "nope" not found'],
  ['GET', '/devops/nope/credentials/c', 'devopsproject.devops.kubesphere.io "nope" not found'],
] as const)('%s %s is refused', async ([method, path, text]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.0' });
  const answer = await (await as(ks, 'admin')).send(method, at + path);
  expect([answer.status, answer.text]).toEqual([404, `${text}\n`]);
});
