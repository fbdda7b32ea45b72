import { describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';

const iam = '/kapis/iam.kubesphere.io/v1alpha2';
const tenant = '/kapis/tenant.kubesphere.io/v1alpha2';
const now = '2024-06-01T12:00:00Z';
const start = (): Promise<InProcessFake> => startFakeKsApiserver({ release: 'v2.1', now });

const lisa = {
  username: 'lisa',
  email: 'lisa@example.com',
  password: 'S3cret!!',
  description: 'new here',
  cluster_role: 'cluster-regular',
};

async function usernames(asker: Asker, path: string): Promise<unknown[]> {
  const { json } = await asker.get(path);
  const users = (Array.isArray(json) ? json : json.items) as readonly { username: string }[];
  return users.map(({ username }) => username);
}

describe('an account of 2.1', () => {
  test('is made, logs in, is changed and goes with all of its roles', async () => {
    await using ks = await start();
    const admin = await as(ks, 'admin');
    expect((await admin.get(`${iam}/users?check=lisa`)).json).toEqual({ exist: false });
    const made = await admin.send('POST', `${iam}/users`, lisa);
    expect([made.status, made.json]).toEqual([
      200,
      expect.objectContaining({ username: 'lisa', description: 'new here', create_time: now }),
    ]);
    expect((await admin.get(`${iam}/users?check=lisa@example.com`)).json).toEqual({ exist: true });
    expect((await admin.get(`${iam}/users/lisa`)).json).toMatchObject({
      cluster_role: 'cluster-regular',
      cluster_rules: [],
    });
    expect(
      await usernames(admin, `${iam}/clusterroles/cluster-regular/users?paging=limit=-1,page=1`),
    ).toContain('lisa');
    await ks.login('lisa', 'S3cret!!');

    const changed = {
      ...lisa,
      email: 'l@example.com',
      password: 'an0ther!',
      cluster_role: 'workspaces-manager',
    };
    expect((await admin.send('PUT', `${iam}/users/lisa`, changed)).json).toMatchObject({
      email: 'l@example.com',
    });
    await expect(ks.login('lisa', 'S3cret!!')).rejects.toThrow();
    await ks.login('lisa', 'an0ther!');
    expect((await admin.get(`${iam}/users/lisa`)).json).toMatchObject({
      cluster_role: 'workspaces-manager',
      cluster_rules: [{ name: 'workspaces', actions: ['manage'] }],
    });
    await admin.send('POST', `${iam}/workspaces/demo/members`, {
      username: 'lisa',
      workspace_role: 'workspace-viewer',
    });

    expect((await admin.send('DELETE', `${iam}/users/lisa`)).text).toBe('{\n "message": "success"\n}');
    expect((await admin.get(`${iam}/users/lisa`)).status).toBe(404);
    expect(await usernames(admin, `${iam}/workspaces/demo/members?paging=limit=-1,page=1`)).not.toContain(
      'lisa',
    );
    expect((await admin.get('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/lisa')).status).toBe(404);
    await expect(ks.login('lisa', 'an0ther!')).rejects.toThrow();
  });

  test('changes its own password with the current one, and not its own role', async () => {
    await using ks = await start();
    const admin = await as(ks, 'admin');
    const jeff = await as(ks, 'jeff');
    const sent = {
      username: 'jeff',
      email: 'jeff@example.com',
      password: 'P@88word',
      cluster_role: 'cluster-admin',
    };
    const refused = await jeff.send('PUT', `${iam}/users/jeff`, { ...sent, current_password: 'nope' });
    expect([refused.status, refused.json]).toEqual([400, { message: 'incorrect current password' }]);
    expect(
      (await jeff.send('PUT', `${iam}/users/jeff`, { ...sent, current_password: 'P@88w0rd' })).status,
    ).toBe(200);
    expect((await admin.get(`${iam}/users/jeff`)).json['cluster_role']).toBe('cluster-regular');
  });

  test.for([
    ['POST', '/users', { ...lisa, username: '' }, 400, 'invalid username: '],
    ['POST', '/users', { ...lisa, email: 'lisa' }, 400, 'invalid email: lisa'],
    ['POST', '/users', { ...lisa, password: 'short' }, 400, 'invalid password'],
    [
      'POST',
      '/users',
      { ...lisa, username: 7 },
      400,
      'json: cannot unmarshal number into Go struct field User.username of type string',
    ],
    [
      'POST',
      '/users',
      { ...lisa, username: 'jeff' },
      409,
      'LDAP Result Code 68 "Entry Already Exists": username or email already exists',
    ],
    [
      'POST',
      '/users',
      { ...lisa, cluster_role: 'nope' },
      500,
      'clusterrole.rbac.authorization.k8s.io "nope" not found',
    ],
    ['PUT', '/users/jeff', lisa, 400, 'the name of user (lisa) does not match the name on the URL (jeff)'],
    ['PUT', '/users/lisa', lisa, 500, 'LDAP Result Code 32 "No Such Object": '],
    [
      'PUT',
      '/users/jeff',
      { ...lisa, username: 'jeff', email: 'shop-admin@example.com' },
      409,
      'LDAP Result Code 68 "Entry Already Exists": email is duplicated: shop-admin@example.com',
    ],
    ['DELETE', '/users/admin', undefined, 403, 'cannot delete yourself'],
    ['DELETE', '/users/nope', undefined, 500, 'LDAP Result Code 32 "No Such Object": '],
  ] as const)('refuses %s %s', async ([method, path, body, status, message]) => {
    await using ks = await start();
    const answer = await (await as(ks, 'admin')).send(method, iam + path, body);
    expect([answer.status, answer.json]).toEqual([status, { message }]);
  });
});

describe('a workspace of 2.1', () => {
  test('has members who get, change and lose roles, and with them rights in it and its projects', async () => {
    await using ks = await start();
    const admin = await as(ks, 'admin');
    const members = `${iam}/workspaces/demo/members`;
    const role = async (): Promise<unknown> =>
      (await admin.get(`${members}/outsider`)).json['workspace_role'];
    const invite = async (workspace_role: string): Promise<number> =>
      (await admin.send('POST', members, { username: 'outsider', workspace_role })).status;
    const outsider = await as(ks, 'outsider');
    const rules = async (): Promise<unknown> => (await outsider.get(`${tenant}/workspaces/demo/rules`)).json;
    expect((await outsider.get(`${tenant}/workspaces/demo`)).status).toBe(403);

    expect(await invite('workspace-viewer')).toBe(200);
    expect(await role()).toBe('workspace-viewer');
    expect(await rules()).toContainEqual({ name: 'members', actions: ['view'] });
    expect((await outsider.get(`${tenant}/workspaces/demo`)).status).toBe(200);
    expect((await outsider.get('/api/v1/namespaces/shop/pods')).status).toBe(200);
    expect(
      (await outsider.send('POST', `${tenant}/workspaces/demo/namespaces`, { metadata: { name: 'x' } }))
        .status,
    ).toBe(403);

    expect(await invite('workspace-admin')).toBe(200);
    expect(await role()).toBe('workspace-admin');
    expect(await usernames(admin, `${members}?conditions=role=workspace-admin`)).toEqual([
      'demo-admin',
      'outsider',
    ]);
    expect(
      (await outsider.send('POST', `${tenant}/workspaces/demo/namespaces`, { metadata: { name: 'x' } }))
        .status,
    ).toBe(200);

    expect((await admin.send('DELETE', `${members}/outsider`)).status).toBe(200);
    expect((await admin.get(`${members}/outsider`)).json).toEqual({
      message: 'workspace user "outsider" not found',
    });
    expect((await outsider.get('/api/v1/namespaces/shop/pods')).status).toBe(403);
  });

  test.for([
    ['POST', 'members', { username: 'jeff', workspace_role: 'boss' }, 500, 'workspace role "boss" not found'],
    ['DELETE', 'members/outsider', undefined, 500, 'workspace user "outsider" not found'],
    ['GET', 'members/outsider', undefined, 404, 'workspace user "outsider" not found'],
    ['GET', 'roles/boss', undefined, 500, 'workspace role "boss" not found'],
  ] as const)('refuses %s %s', async ([method, path, body, status, message]) => {
    await using ks = await start();
    const answer = await (await as(ks, 'admin')).send(method, `${iam}/workspaces/demo/${path}`, body);
    expect([answer.status, answer.json]).toEqual([status, { message }]);
  });

  test('shows its roles under the names people know', async () => {
    await using ks = await start();
    const admin = await as(ks, 'admin');
    const { json } = await admin.get(`${iam}/workspaces/demo/roles?paging=limit=-1,page=1`);
    expect(
      (json as unknown as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name),
    ).toEqual(['workspace-admin', 'workspace-regular', 'workspace-viewer']);
    expect((await admin.get(`${iam}/workspaces/demo/roles/workspace-admin`)).json.metadata.name).toBe(
      'workspace:demo:admin',
    );
    expect((await admin.get(`${iam}/workspaces/demo/roles/workspace-regular/rules`)).json).toContainEqual({
      name: 'projects',
      actions: ['view', 'create'],
    });
  });

  test('that is new has roles, its projects too, and takes them along', async () => {
    await using ks = await start();
    const admin = await as(ks, 'admin');
    const native = '/apis/tenant.kubesphere.io/v1alpha1/workspaces';
    await admin.send('POST', native, { metadata: { name: 'fresh' }, spec: { manager: 'jeff' } });
    expect(await usernames(admin, `${iam}/workspaces/fresh/members`)).toEqual(['jeff']);
    await admin.send('POST', `${tenant}/workspaces/fresh/namespaces`, { metadata: { name: 'kiosk' } });
    expect(namesOf(await admin.get(`${iam}/namespaces/kiosk/roles?orderBy=name&reverse=false`))).toEqual([
      'admin',
      'operator',
      'viewer',
    ]);
    expect(await usernames(admin, `${iam}/namespaces/kiosk/roles/admin/users`)).toEqual(['jeff']);
    expect((await admin.send('DELETE', `${native}/fresh`)).status).toBe(200);
    for (const gone of [
      '/api/v1/namespaces/kiosk',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/workspace:fresh:admin',
    ])
      expect((await admin.get(gone)).status).toBe(404);
  });
});

describe('roles of 2.1', () => {
  test.for([
    ['/clusterroles/workspaces-manager/rules', [{ name: 'workspaces', actions: ['manage'] }]],
    [
      '/devops/any/roles/developer/rules',
      expect.arrayContaining([{ name: 'pipelines', actions: ['view', 'trigger'] }]),
    ],
    [
      '/devops/any/roles/constructor/rules',
      expect.arrayContaining([{ name: 'pipelines', actions: ['view'] }]),
    ],
    ['/workspaces/demo/roles/__proto__/rules', []],
    [
      '/namespaces/shop/roles/viewer/rules',
      expect.arrayContaining([{ name: 'services', actions: ['view'] }]),
    ],
    [
      '/rulesmapping/clusterroles',
      expect.arrayContaining([
        {
          name: 'workspaces',
          actions: [
            {
              name: 'manage',
              rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['workspaces', 'workspaces/*'] }],
            },
          ],
        },
      ]),
    ],
    ['/rulesmapping/roles', expect.arrayContaining([expect.objectContaining({ name: 'configmaps' })])],
    ['/clusterroles/nope/rules', { message: 'clusterrole.rbac.authorization.k8s.io "nope" not found' }],
    ['/namespaces/shop/roles/nope/rules', { message: 'role.rbac.authorization.k8s.io "nope" not found' }],
    ['/namespaces/nope/users', { message: 'namespace "nope" not found' }],
  ] as const)('%s', async ([path, expected]) => {
    await using ks = await start();
    expect((await (await as(ks, 'admin')).get(iam + path)).json).toEqual(expected);
  });

  test('of somebody, and who has one in a project', async () => {
    await using ks = await start();
    const admin = await as(ks, 'admin');
    const { json } = await admin.get(`${iam}/users/demo-admin/roles`);
    const names = (roles: unknown): string[] =>
      (roles as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
    expect(names(json['clusterRole'])).toEqual(['cluster-regular', 'workspace:demo:admin']);
    expect(names(json['roles'])).toContain('admin');
    expect(new Set(await usernames(admin, `${iam}/namespaces/shop/users`))).toEqual(
      new Set(['demo-admin', 'shop-admin', 'shop-operator', 'shop-viewer']),
    );
    const viewer = await as(ks, 'shop-viewer');
    const rules = await viewer.get(`${tenant}/namespaces/shop/rules`);
    expect(rules.status).toBe(200);
    expect(rules.json).toContainEqual({ name: 'services', actions: ['view'] });
  });
});

test('2.1 shows logs of namespaces where a role lets them be read', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  // The gateway asks for the right to search; what is found depends on the roles in namespaces.
  await admin.send('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: 'searcher' },
    rules: [{ verbs: ['list'], apiGroups: ['tenant.kubesphere.io'], resources: ['logs'] }],
  });
  await admin.send('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'searcher' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'shop-viewer' }],
    roleRef: { kind: 'ClusterRole', apiGroup: 'rbac.authorization.k8s.io', name: 'searcher' },
  });
  const viewer = await as(ks, 'shop-viewer');
  const logs = `${tenant}/logs?size=100`;
  const places = (json: unknown): string[] => [
    ...new Set(
      ((json as { query?: { records: { namespace: string }[] } }).query?.records ?? []).map(
        ({ namespace }) => namespace,
      ),
    ),
  ];
  expect(places((await admin.get(`${logs}&namespaces=kube-system`)).json)).toEqual(['kube-system']);
  expect(places((await viewer.get(logs)).json)).toEqual(['shop']);
  expect((await viewer.get(`${logs}&namespaces=kube-system`)).json).toEqual({ status: 200 });
});

test('a DevOps project of 2.1 is listed for its members until its owner deletes it', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const owner = await as(ks, 'demo-admin');
  const place = `${tenant}/workspaces/demo/devops`;
  const made = await owner.send('POST', place, { name: 'delivery', description: 'ships it' });
  const id = String(made.json['project_id']);
  expect(made.json).toMatchObject({
    name: 'delivery',
    creator: 'demo-admin',
    workspace: 'demo',
    status: 'active',
  });
  expect((await owner.get(`${place}?conditions=keyword=deli`)).json).toMatchObject({ total_count: 1 });
  expect((await admin.get(`${tenant}/devopscount`)).json).toEqual({ count: 1 });
  expect((await admin.get(`${tenant}/devops/${id}/rules`)).json).toContainEqual({
    name: 'devops',
    actions: ['edit', 'view', 'delete'],
  });
  expect((await owner.send('DELETE', `${place}/${id}`)).status).toBe(200);
  expect((await admin.get(place)).json).toMatchObject({ items: [], total_count: 0 });
  expect((await admin.send('DELETE', `${place}/${id}`)).status).toBe(404);
});

test('2.1 runs a job again below resources as below operations', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const jobs = '/apis/batch/v1/namespaces/shop/jobs';
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'busybox' }] } };
  await admin.send('POST', jobs, { metadata: { name: 'once' }, spec: { template } });
  const before = (await admin.get(`${jobs}/once`)).json.metadata;
  const path = '/kapis/resources.kubesphere.io/v1alpha2/namespaces/shop/jobs/once';
  expect((await admin.send('POST', `${path}?action=walk`)).json).toEqual({
    message: 'invalid operation walk',
  });
  const version = String(before['resourceVersion']);
  expect((await admin.send('POST', `${path}?action=rerun&resourceVersion=${version}`)).status).toBe(200);
  expect((await admin.get(`${jobs}/once`)).json.metadata['uid']).not.toBe(before['uid']);
});
