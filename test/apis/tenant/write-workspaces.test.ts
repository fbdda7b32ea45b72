import { expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';

const at = '/kapis/tenant.kubesphere.io/v1beta1';
const templates = `${at}/workspacetemplates`;
const iam = '/kapis/iam.kubesphere.io/v1beta1';

function template(
  name: string,
  manager: string,
  placement: object = { clusters: [{ name: 'host' }] },
): object {
  return { metadata: { name }, spec: { template: { spec: { manager } }, placement } };
}

async function withUser(ks: InProcessFake, name: string, role: string): Promise<Asker> {
  const admin = await as(ks, 'admin');
  const created = await admin.send('POST', `${iam}/users`, {
    metadata: { name, annotations: { 'iam.kubesphere.io/globalrole': role } },
    spec: { email: `${name}@example.com`, password: 'P@88w0rd' },
  });
  expect(created.status).toBe(200);
  return as(ks, name);
}

test('a workspace is created, seen in every list, changed, deleted and gone', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const created = await admin.send('POST', templates, {
    kind: 'WorkspaceTemplate',
    ...template('red', 'admin'),
  });
  expect(created.status).toBe(200);
  expect(Object.keys(created.json)).toEqual(['metadata', 'spec']);
  expect(created.json.spec).toEqual({
    template: { metadata: {}, spec: { manager: 'admin' } },
    placement: { clusters: [{ name: 'host' }] },
  });
  for (const path of [
    templates,
    `${at}/workspaces`,
    '/kapis/tenant.kubesphere.io/v1alpha3/workspaces',
    '/kapis/tenant.kubesphere.io/v1alpha3/workspacetemplates',
  ]) {
    expect([path, namesOf(await admin.get(path))]).toEqual([path, expect.arrayContaining(['red'])]);
  }
  expect(namesOf(await admin.get(`${at}/workspaces/red/clusters`))).toEqual(['host']);

  const { json: stored } = await admin.get(`${templates}/red`);
  const put = await admin.send('PUT', `${templates}/red`, {
    ...stored,
    metadata: { ...stored.metadata, annotations: { 'kubesphere.io/alias-name': 'Red' } },
  });
  expect(put.json['kind']).toBe('WorkspaceTemplate');
  const patched = await admin.send(
    'PATCH',
    `${templates}/red`,
    [{ op: 'add', path: '/metadata/annotations/x', value: 'y' }],
    'application/merge-patch+json',
  );
  expect(patched.json.metadata.annotations).toEqual({ 'kubesphere.io/alias-name': 'Red', x: 'y' });

  expect((await admin.send('DELETE', `${templates}/red`, {})).json).toEqual({ message: 'success' });
  const gone = await admin.get(`${templates}/red`);
  expect([gone.status, gone.text]).toEqual([404, 'WorkspaceTemplate.tenant.kubesphere.io "red" not found\n']);
});

test.for([
  [
    'a name that is taken',
    'system-workspace',
    { clusters: [{ name: 'host' }] },
    400,
    'workspacetemplates.tenant.kubesphere.io "system-workspace" already exists',
  ],
  [
    'a name that is none',
    'No Name',
    {},
    400,
    'WorkspaceTemplate.tenant.kubesphere.io "No Name" is invalid: ',
  ],
  [
    'a cluster that does not exist',
    'red',
    { clusters: [{ name: 'nope' }] },
    404,
    'Cluster.cluster.kubesphere.io "nope" not found',
  ],
] as const)('a workspace with %s is refused', async ([, name, placement, status, text]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const refused = await admin.send('POST', templates, template(name, 'admin', placement));
  expect(refused.status).toBe(status);
  expect(refused.text).toContain(text);
});

test.for([
  [
    'number for a name',
    '{"metadata":{"name":1}}',
    'number into Go struct field ObjectMeta.metadata.name of type string',
  ],
  [
    'list for labels',
    '{"metadata":{"labels":[]}}',
    'array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
  ],
  ['string for spec', '{"spec":"x"}', 'string into Go struct field WorkspaceTemplate.spec of type'],
  [
    'bool for a manager',
    '{"spec":{"template":{"spec":{"manager":true}}}}',
    'bool into Go struct field WorkspaceSpec.spec.template.spec.manager of type string',
  ],
] as const)('a %s is refused in the words of the decoder', async ([, body, text]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const refused = await admin.send('POST', templates, body);
  expect(refused.status).toBe(400);
  expect(refused.text).toContain(`json: cannot unmarshal ${text}`);
});

test('clusters must be open to who places a workspace on them', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const maker = await withUser(ks, 'maker', 'platform-self-provisioner');
  const closed = await maker.send('POST', templates, template('red', 'maker'));
  const text =
    'clusters.cluster.kubesphere.io "host" is forbidden: user is not allowed to use the cluster host\n';
  expect([closed.status, closed.text]).toEqual([403, text]);
  expect(
    (await maker.send('POST', templates, template('any', 'maker', { clusterSelector: {} }))).status,
  ).toBe(200);

  const admin = await as(ks, 'admin');
  await admin.send('POST', `${iam}/clustermembers`, [{ username: 'maker', roleRef: 'cluster-admin' }]);
  expect((await maker.send('POST', templates, template('red', 'maker'))).status).toBe(200);
  await admin.send('DELETE', `${iam}/clustermembers/maker`);
  const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
  const { object } = ks.world.host.store.get(clusters, undefined, 'host');
  const labels = { ...object.metadata.labels, 'cluster.kubesphere.io/visibility': 'public' };
  ks.world.host.store.load(clusters, { ...object, metadata: { ...object.metadata, labels } });
  expect((await maker.send('POST', templates, template('blue', 'maker'))).status).toBe(200);
});

test('making somebody else the manager takes the right to delete workspaces', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const maker = await withUser(ks, 'maker', 'platform-self-provisioner');
  const refused = await maker.send('POST', templates, template('red', 'admin', {}));
  expect([refused.status, refused.text]).toEqual([
    403,
    'workspacetemplates.tenant.kubesphere.io "red" is forbidden: \n',
  ]);
});

test.for([
  ['an object', { metadata: {} }, 500, 'json: cannot unmarshal object into Go value of type jsonpatch.Patch'],
  [
    'a list of strings',
    ['x'],
    500,
    'json: cannot unmarshal string into Go value of type jsonpatch.Operation',
  ],
  ['no path', [{ op: 'add' }], 500, 'operation missing path field: missing value'],
  [
    'another operation on the placement',
    [{ op: 'replace', path: '/spec/placement/clusters', value: [] }],
    400,
    'not support operation type',
  ],
  [
    'an unknown cluster',
    [{ op: 'add', path: '/spec/placement/clusters/0', value: { name: 'nope' } }],
    404,
    'Cluster.cluster.kubesphere.io "nope" not found',
  ],
  [
    'a path that is not there',
    [{ op: 'remove', path: '/spec/nope' }],
    500,
    'the server rejected our request',
  ],
  [
    '__proto__',
    [{ op: 'add', path: '/__proto__/polluted', value: true }],
    500,
    'the server rejected our request',
  ],
] as const)('a patch with %s is refused', async ([, body, status, text]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  await admin.send('POST', templates, template('red', 'admin'));
  const refused = await admin.send('PATCH', `${templates}/red`, body);
  expect(refused.status).toBe(status);
  expect(refused.text).toContain(text);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(await ks.journal.errors()).toEqual([]);
});

test('a deletion needs its options, and keeps what becomes of the projects', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  await admin.send('POST', templates, template('red', 'admin'));
  const rows = [
    [undefined, null, '[ServiceError:400] Unable to unmarshal content of type:\n'],
    ['', 'application/json', 'EOF\n'],
    ['[]', 'application/json', 'json: cannot unmarshal array into Go value of type v1.DeleteOptions\n'],
  ] as const;
  for (const [body, type, text] of rows) {
    const refused = await admin.send('DELETE', `${templates}/red`, body, type);
    expect([refused.status, refused.text]).toEqual([400, text]);
  }
  const missing = await admin.send('DELETE', `${templates}/nope`, {});
  expect(missing.text).toBe(
    'failed to get workspace template: WorkspaceTemplate.tenant.kubesphere.io "nope" not found\n',
  );
});

test('what is protected stays', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const labels = { 'kubesphere.io/protected-resource': 'true' };
  await admin.send('POST', templates, { ...template('red', 'admin'), metadata: { name: 'red', labels } });
  const refused = await admin.send('DELETE', `${templates}/red`, {});
  const text =
    'admission webhook "protector.kubesphere.io" denied the request: this resource may not be deleted\n';
  expect([refused.status, refused.text]).toEqual([400, text]);
});

test('projects of a workspace are created, changed and deleted, and stay in it', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  await admin.send('POST', templates, template('red', 'admin'));
  const projects = `${at}/workspaces/red/namespaces`;
  const created = await admin.send('POST', projects, {
    metadata: { name: 'shop', labels: { 'kubesphere.io/workspace': 'blue' } },
  });
  expect(created.json).not.toHaveProperty('kind');
  expect(created.json.metadata.labels).toMatchObject({ 'kubesphere.io/workspace': 'red' });
  const twice = await admin.send('POST', projects, { metadata: { name: 'shop' } });
  expect([twice.status, twice.text]).toEqual([400, 'namespaces "shop" already exists\n']);

  const patched = await admin.send('PATCH', `${projects}/shop`, { metadata: { annotations: { a: 'b' } } });
  expect(patched.json.metadata).toMatchObject({
    annotations: { a: 'b' },
    labels: { 'kubesphere.io/workspace': 'red' },
  });
  const { json } = await admin.get(`${projects}/shop`);
  const put = await admin.send('PUT', `${projects}/shop`, {
    ...json,
    metadata: { ...json.metadata, annotations: { c: 'd' } },
  });
  expect(put.json.metadata.annotations).toEqual({ c: 'd' });
  const renamed = await admin.send('PUT', `${projects}/shop`, { metadata: { name: 'other' } });
  expect(renamed.text).toBe('the name of the object (other) does not match the name on the URL (shop)\n');

  expect((await admin.send('DELETE', `${projects}/shop`)).json).toEqual({ message: 'success' });
  expect((await admin.get(`${projects}/shop`)).status).toBe(404);
});

test('a workspace has quotas of its own', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  await admin.send('POST', templates, template('red', 'admin'));
  const quotas = `${at}/workspaces/red/resourcequotas`;
  const created = await admin.send('POST', quotas, {
    metadata: { name: 'red' },
    spec: { quota: { hard: { pods: '10' } }, selector: { a: 'b' } },
  });
  expect(created.status).toBe(200);
  expect(created.json.spec).toEqual({
    quota: { hard: { pods: '10' } },
    selector: { 'kubesphere.io/workspace': 'red' },
  });
  const { json } = await admin.get(`${quotas}/red`);
  expect(json).toMatchObject({
    kind: 'ResourceQuota',
    metadata: { labels: { 'kubesphere.io/workspace': 'red' } },
  });
  const twice = await admin.send('POST', quotas, { metadata: { name: 'red' } });
  expect([twice.status, twice.text]).toEqual([
    500,
    'resourcequotas.quota.kubesphere.io "red" already exists\n',
  ]);
  expect((await admin.get(`${at}/workspaces/blue/resourcequotas/red`)).status).toBe(404);
  expect((await admin.send('DELETE', `${quotas}/red`)).json).toEqual({ message: 'success' });
  const gone = await admin.send('DELETE', `${quotas}/red`);
  expect([gone.status, gone.text]).toEqual([404, 'ResourceQuota.quota.kubesphere.io "red" not found\n']);
});
