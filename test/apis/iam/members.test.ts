import { expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';

interface Scope {
  readonly name: string;
  readonly release: 'v4.1' | 'v3.4';
  readonly path: string;
  readonly role: string;
  readonly other: string;
  readonly annotation: string;
  readonly roleQuery: string;
  readonly binding: { readonly group: string; readonly plural: string };
  readonly namespace?: string;
  readonly missing: string;
}

const iam4 = '/kapis/iam.kubesphere.io/v1beta1';
const iam3 = '/kapis/iam.kubesphere.io/v1alpha2';
const ours = 'iam.kubesphere.io';
const native = 'rbac.authorization.k8s.io';

const scopes: readonly Scope[] = [
  {
    name: 'cluster',
    release: 'v4.1',
    path: `${iam4}/clustermembers`,
    role: 'cluster-viewer',
    other: 'cluster-admin',
    annotation: 'iam.kubesphere.io/clusterrole',
    roleQuery: 'clusterrole',
    binding: { group: ours, plural: 'clusterrolebindings' },
    missing: 'ClusterRole.iam.kubesphere.io "nope" not found\n',
  },
  {
    name: 'workspace',
    release: 'v4.1',
    path: `${iam4}/workspaces/team/workspacemembers`,
    role: 'team-viewer',
    other: 'team-regular',
    annotation: 'iam.kubesphere.io/workspacerole',
    roleQuery: 'workspacerole',
    binding: { group: ours, plural: 'workspacerolebindings' },
    missing: 'WorkspaceRole.iam.kubesphere.io "nope" not found\n',
  },
  {
    name: 'namespace',
    release: 'v4.1',
    path: `${iam4}/namespaces/shop/namespacemembers`,
    role: 'viewer',
    other: 'operator',
    annotation: 'iam.kubesphere.io/role',
    roleQuery: 'role',
    binding: { group: ours, plural: 'rolebindings' },
    namespace: 'shop',
    missing: 'Role.iam.kubesphere.io "nope" not found\n',
  },
  {
    name: 'cluster',
    release: 'v3.4',
    path: `${iam3}/clustermembers`,
    role: 'cluster-viewer',
    other: 'cluster-admin',
    annotation: 'iam.kubesphere.io/clusterrole',
    roleQuery: 'clusterrole',
    binding: { group: native, plural: 'clusterrolebindings' },
    missing: 'clusterrole.rbac.authorization.k8s.io "nope" not found\n',
  },
  {
    name: 'workspace',
    release: 'v3.4',
    path: `${iam3}/workspaces/team/workspacemembers`,
    role: 'team-viewer',
    other: 'team-regular',
    annotation: 'iam.kubesphere.io/workspacerole',
    roleQuery: 'workspacerole',
    binding: { group: ours, plural: 'workspacerolebindings' },
    missing: 'workspacerole.iam.kubesphere.io "nope" not found\n',
  },
];

async function prepare(ks: InProcessFake): Promise<Asker> {
  const admin = await as(ks, 'admin');
  const since41 = ks.release === 'v4.1';
  const tenant = `/kapis/tenant.kubesphere.io/${since41 ? 'v1beta1' : 'v1alpha2'}`;
  for (const name of ['ann', 'bob']) {
    const created = await admin.send('POST', `${since41 ? iam4 : iam3}/users`, {
      metadata: { name },
      spec: { email: `${name}@example.com`, password: 'P@88w0rd' },
    });
    expect(created.status).toBe(200);
  }
  const template = {
    metadata: { name: 'team' },
    spec: { template: { spec: { manager: 'admin' } }, placement: { clusters: [{ name: 'host' }] } },
  };
  expect((await admin.send('POST', `${tenant}/workspaces`, template)).text).toContain('"team"');
  // Only namespaces that KubeSphere looks after get roles.
  const shop = { metadata: { name: 'shop', labels: { 'kubesphere.io/managed': 'true' } } };
  expect((await admin.send('POST', `${tenant}/workspaces/team/namespaces`, shop)).status).toBe(200);
  return admin;
}

test.for(scopes)('members of a $name come, change and go in $release', async (scope) => {
  await using ks = await startFakeKsApiserver({ release: scope.release, world: 'empty' });
  const admin = await prepare(ks);
  const { store } = ks.world.host;
  const added = await admin.send('POST', scope.path, [{ username: 'ann', roleRef: scope.role }]);
  expect(added.text).toBe(`[\n {\n  "username": "ann",\n  "roleRef": "${scope.role}"\n }\n]`);
  const binding = store.get(scope.binding, scope.namespace, `ann-${scope.role}`).object;
  expect(binding.metadata.labels).toMatchObject({
    'iam.kubesphere.io/role-ref': scope.role,
    'iam.kubesphere.io/user-ref': 'ann',
    ...(scope.name === 'workspace' && { 'kubesphere.io/workspace': 'team' }),
  });
  const subjects = [{ kind: 'User', apiGroup: scope.binding.group, name: 'ann' }] as object[];
  if (scope.release === 'v4.1' && scope.name !== 'workspace') {
    subjects.push({ kind: 'ServiceAccount', name: 'kubesphere.users.ann', namespace: 'kubesphere-system' });
  }
  expect(binding['subjects']).toEqual(subjects);

  const listed = await admin.get(`${scope.path}?${scope.roleQuery}=${scope.role}`);
  expect(namesOf(listed)).toEqual(['ann']);
  expect(listed.json.items[0]?.metadata.annotations).toMatchObject({ [scope.annotation]: scope.role });

  const changed = await admin.send('PUT', `${scope.path}/ann`, { username: 'ann', roleRef: scope.other });
  expect(changed.json).toEqual(
    scope.release === 'v4.1' ? { message: 'success' } : { username: 'ann', roleRef: scope.other },
  );
  expect(store.find(scope.binding, scope.namespace, `ann-${scope.role}`)).toBeUndefined();
  expect(namesOf(await admin.get(`${scope.path}?${scope.roleQuery}=${scope.other}`))).toContain('ann');

  expect((await admin.send('DELETE', `${scope.path}/ann`)).json).toEqual({ message: 'success' });
  expect(namesOf(await admin.get(`${scope.path}?${scope.roleQuery}=${scope.other}`))).not.toContain('ann');
  expect((await admin.send('DELETE', `${scope.path}/ann`)).json).toEqual({ message: 'success' });
});

test.for(scopes)('what is wrong with members of a $name is said in the words of $release', async (scope) => {
  await using ks = await startFakeKsApiserver({ release: scope.release, world: 'empty' });
  const admin = await prepare(ks);
  const { path, role, release } = scope;
  const missingRole = await admin.send('POST', path, [{ username: 'ann', roleRef: 'nope' }]);
  expect([missingRole.status, missingRole.text]).toEqual([404, scope.missing]);
  const notList = await admin.send('POST', path, { username: 'ann', roleRef: role });
  const type = release === 'v4.1' ? '[]v1beta1.Member' : '[]v1alpha2.Member';
  expect(notList.text).toBe(`json: cannot unmarshal object into Go value of type ${type}\n`);
  const renamed = await admin.send('PUT', `${path}/ann`, { username: 'bob', roleRef: role });
  expect([renamed.status, renamed.text]).toEqual([
    400,
    release === 'v4.1'
      ? 'incorrect username ann, the username must equal to the member\n'
      : 'the name of the object (bob) does not match the name on the URL (ann)\n',
  ]);
  const stranger = await admin.send('PUT', `${path}/bob`, { username: 'bob', roleRef: role });
  if (release === 'v4.1') expect([stranger.status, stranger.text]).toEqual([400, 'member bob not exist\n']);
  else expect([stranger.status, stranger.json]).toEqual([200, { username: 'bob', roleRef: role }]);
});

test('users need not exist to become members, and only the first binding of a scope counts', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await prepare(ks);
  const path = `${iam4}/namespaces/shop/namespacemembers`;
  expect((await admin.send('POST', path, [{ username: 'ghost', roleRef: 'viewer' }])).status).toBe(200);
  expect(namesOf(await admin.get(path))).toContain('ghost');
});

test('4.1 shows one workspace member but no single member of a namespace or cluster', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await prepare(ks);
  const workspace = `${iam4}/workspaces/team/workspacemembers`;
  await admin.send('POST', workspace, [{ username: 'ann', roleRef: 'team-viewer' }]);
  const one = await admin.get(`${workspace}/ann`);
  expect(one.json).toMatchObject({
    kind: 'User',
    metadata: { name: 'ann', annotations: { 'iam.kubesphere.io/workspacerole': 'team-viewer' } },
  });
  expect(one.text).not.toContain('password"');
  const none = await admin.get(`${workspace}/bob`);
  expect([none.status, none.text]).toEqual([400, 'member bob not exist\n']);
  expect((await admin.get(`${iam4}/namespaces/shop/namespacemembers/ann`)).status).toBe(405);
  expect((await admin.get(`${iam4}/clustermembers/ann`)).status).toBe(405);
});

test('3.x shows members as users, and the template roles behind their role', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
  const admin = await prepare(ks);
  const path = `${iam3}/workspaces/team/workspacemembers`;
  await admin.send('POST', path, [{ username: 'ann', roleRef: 'team-viewer' }]);
  const [member] = (await admin.get(`${path}?name=ann`)).json.items;
  expect(member).toMatchObject({ spec: { email: 'ann@example.com' } });
  const missing = await admin.get(`${path}/bob`);
  expect([missing.status, missing.text]).toEqual([404, 'user.iam.kubesphere.io "bob" not found\n']);
  const roles = (await admin.get(`${path}/ann/workspaceroles`)).json as unknown as {
    metadata: { name: string };
  }[];
  expect(roles.map(({ metadata }) => metadata.name)).toContain('role-template-view-members');
  expect((await admin.get(`${path}/bob/workspaceroles`)).text).toBe('[]');
});

test("the templates of somebody else's roles take the right to read users", async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await prepare(ks);
  const annotations = { 'iam.kubesphere.io/globalrole': 'platform-regular' };
  const spec = { email: 'eve@example.com', password: 'P@88w0rd' };
  await admin.send('POST', `${iam4}/users`, { metadata: { name: 'eve', annotations }, spec });
  await admin.send('POST', `${iam4}/clustermembers`, [{ username: 'ann', roleRef: 'cluster-viewer' }]);
  const mine = await admin.get(`${iam4}/users/ann/roletemplates?scope=cluster`);
  expect(namesOf(mine)).toContain('cluster-view-nodes');
  expect((await admin.get(`${iam4}/users/ann/roletemplates?scope=bogus`)).json).toEqual({
    items: [],
    totalItems: 0,
  });
  expect(
    (await admin.get(`${iam4}/users/ann/roletemplates?scope=namespace&namespace=shop`)).json['totalItems'],
  ).toBe(0);
});
