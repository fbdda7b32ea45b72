import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { verifyToken } from '../support/read-token.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Asker, type Body } from '../support/ask.js';

const accounts = '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts';
const secrets = '/api/v1/namespaces/default/secrets';
const iam = '/apis/iam.kubesphere.io/v1beta1';
const tenant = '/apis/tenant.kubesphere.io/v1beta1';

async function secretOf(admin: Asker, account: string): Promise<string> {
  const { json } = await admin.get(`${accounts}/${account}`);
  return (json['secrets'] as { name: string }[])[0]?.name ?? '';
}

describe('a ServiceAccount', () => {
  test('gets a Secret with a token that is its own, and takes it along', async () => {
    await using ks = await startFakeKsApiserver({ now: '2024-07-18T17:36:06Z' });
    const admin = await as(ks, 'admin');
    const created = await admin.send('POST', accounts, { metadata: { name: 'sample' }, secrets: [] });
    expect([created.status, created.json['secrets']]).toEqual([201, []]);
    const name = await secretOf(admin, 'sample');
    expect(name).toMatch(/^sample-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const account = (await admin.get(`${accounts}/sample`)).json;
    expect(account).toMatchObject({
      metadata: { finalizers: ['finalizers.kubesphere.io/serviceaccount'], generation: 2 },
      secrets: [{ name, namespace: 'default' }],
    });
    const secret = (await admin.get(`${secrets}/${name}`)).json;
    expect(secret).toMatchObject({
      metadata: { generateName: 'sample-', annotations: { 'kubesphere.io/service-account.name': 'sample' } },
      type: 'kubesphere.io/service-account-token',
    });
    const token = Buffer.from((secret['data'] as { token: string }).token, 'base64').toString();
    expect(Object.entries(verifyToken(token, ks.world.keys.jwtSecret))).toEqual([
      ['iss', 'http://ks-console.kubesphere-system.svc:30880'],
      ['sub', 'kubesphere:serviceaccount:default:sample'],
      ['iat', 1721324166],
      ['token_type', 'static_token'],
      ['username', 'kubesphere:serviceaccount:default:sample'],
    ]);
    expect((await admin.send('DELETE', `${accounts}/sample`)).status).toBe(200);
    expect((await admin.get(`${accounts}/sample`)).status).toBe(404);
    expect((await admin.get(`${secrets}/${name}`)).status).toBe(404);
  });

  test('with Secrets of its own gets no other, and leaves those it does not own', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', secrets, { metadata: { name: 'mine' } });
    await admin.send('POST', accounts, {
      metadata: { name: 'a' },
      secrets: [{ name: 'mine', namespace: 'default' }],
    });
    expect(await secretOf(admin, 'a')).toBe('mine');
    await admin.send('DELETE', `${accounts}/a`);
    expect((await admin.get(`${secrets}/mine`)).status).toBe(200);
  });

  test('is not given a second Secret when the first is gone', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', accounts, { metadata: { name: 'a' } });
    await admin.send('DELETE', `${secrets}/${await secretOf(admin, 'a')}`);
    const emptied = await admin.send(
      'PATCH',
      `${accounts}/a`,
      { secrets: [] },
      'application/merge-patch+json',
    );
    expect(emptied.json['secrets']).toEqual([]);
    expect((await admin.get(`${accounts}/a`)).json['secrets']).toEqual([]);
  });

  test('has hand-made Secrets filled too, and refilled when the token is taken out', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', accounts, { metadata: { name: 'a' } });
    const made = {
      metadata: { name: 'made', annotations: { 'kubesphere.io/service-account.name': 'a' } },
      type: 'kubesphere.io/service-account-token',
    };
    await admin.send('POST', secrets, made);
    const token = async (): Promise<unknown> =>
      ((await admin.get(`${secrets}/made`)).json['data'] as { token?: string }).token;
    expect(await token()).toMatch(/^ZXlK/);
    await admin.send('PATCH', `${secrets}/made`, { data: { token: null } }, 'application/merge-patch+json');
    expect(await token()).toMatch(/^ZXlK/);
    await admin.send('POST', secrets, {
      ...made,
      metadata: { name: 'nobody', annotations: { 'kubesphere.io/service-account.name': 'b' } },
    });
    expect((await admin.get(`${secrets}/nobody`)).json['data']).toBeUndefined();
  });
});

describe('a user', () => {
  test('is hashed, activated, told their role, and leaves nothing behind', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty', now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    const eve = { metadata: { name: 'eve' }, spec: { email: 'eve@example.com', password: 'P@88w0rd' } };
    expect((await admin.send('POST', `${iam}/users`, eve)).status).toBe(201);
    await admin.send('POST', `${iam}/globalrolebindings`, {
      metadata: { name: 'eve-platform-regular', labels: { 'iam.kubesphere.io/user-ref': 'eve' } },
      subjects: [{ kind: 'User', apiGroup: 'iam.kubesphere.io', name: 'eve' }],
      roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'GlobalRole', name: 'platform-regular' },
    });
    const { json } = await admin.get(`${iam}/users/eve`);
    expect(json).toMatchObject({
      metadata: {
        annotations: {
          'iam.kubesphere.io/globalrole': 'platform-regular',
          'iam.kubesphere.io/last-password-change-time': '2026-01-02T03:04:05Z',
        },
        finalizers: ['finalizers.kubesphere.io/users'],
      },
      spec: { password: expect.stringMatching(/^\$2a\$\d\d\$.{53}$/) as string },
      status: { state: 'Active', lastTransitionTime: '2026-01-02T03:04:05Z' },
    });
    expect((await ks.login('eve', 'P@88w0rd')).access_token).toMatch(/^eyJ/);
    await admin.send('DELETE', `${iam}/users/eve`);
    expect((await admin.get(`${iam}/users/eve`)).status).toBe(404);
    expect((await admin.get(`${iam}/globalrolebindings/eve-platform-regular`)).status).toBe(404);
    const records = await admin.get(`${iam}/loginrecords?labelSelector=iam.kubesphere.io/user-ref%3Deve`);
    expect(records.json['items']).toEqual([]);
  });
});

describe('a workspace', () => {
  test('gets roles, its manager a binding, its projects the same, and all of it goes', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    const admin = await as(ks, 'admin');
    const template = {
      metadata: { name: 'demo', annotations: { 'kubesphere.io/creator': 'admin' } },
      spec: { template: { spec: { manager: 'admin' } }, placement: { clusters: [{ name: 'host' }] } },
    };
    expect((await admin.send('POST', `${tenant}/workspacetemplates`, template)).status).toBe(201);
    const ofDemo = 'labelSelector=kubesphere.io/workspace%3Ddemo';
    expect(namesOf(await admin.get(`${iam}/workspaceroles?${ofDemo}`))).toEqual([
      'demo-admin',
      'demo-regular',
      'demo-self-provisioner',
      'demo-viewer',
    ]);
    expect((await admin.get(`${iam}/workspacerolebindings/demo-admin`)).json).toMatchObject({
      roleRef: { kind: 'WorkspaceRole', name: 'demo-admin' },
      subjects: [{ kind: 'User', name: 'admin' }],
    });
    expect((await admin.get(`${tenant}/workspaces/demo`)).json['spec']).toEqual({ manager: 'admin' });
    await admin.send('POST', '/api/v1/namespaces', {
      metadata: {
        name: 'project',
        labels: { 'kubesphere.io/workspace': 'demo', 'kubesphere.io/managed': 'true' },
        annotations: { 'kubesphere.io/creator': 'admin' },
      },
    });
    expect(namesOf(await admin.get(`${iam}/namespaces/project/roles`))).toEqual([
      'admin',
      'operator',
      'viewer',
    ]);
    expect(namesOf(await admin.get(`${iam}/namespaces/project/rolebindings`))).toEqual(['admin-admin']);
    expect(namesOf(await admin.get('/apis/rbac.authorization.k8s.io/v1/namespaces/project/roles'))).toEqual([
      'kubesphere:iam:admin',
      'kubesphere:iam:operator',
      'kubesphere:iam:viewer',
    ]);
    await admin.send('DELETE', `${tenant}/workspacetemplates/demo`);
    expect((await admin.get(`${tenant}/workspaces/demo`)).status).toBe(404);
    expect(namesOf(await admin.get(`${iam}/workspaceroles?${ofDemo}`))).toEqual([]);
    const { json } = await admin.get('/api/v1/namespaces/project');
    expect((json['metadata'] as { labels: object }).labels).not.toHaveProperty('kubesphere.io/workspace');
  });
});

describe('before 4.1 a workspace', () => {
  test.each([
    ['v3.0', undefined, 404],
    ['v3.4', undefined, 404],
    ['v3.4', 'Orphan', 200],
  ] as const)('%s: owns its projects, and with %s leaves %i', async (release, propagationPolicy, left) => {
    await using ks = await startFakeKsApiserver({ world: 'empty', release });
    const admin = await as(ks, 'admin');
    const templates = '/apis/tenant.kubesphere.io/v1alpha2/workspacetemplates';
    const placement = { clusters: [{ name: 'host' }] };
    await admin.send('POST', templates, { metadata: { name: 'demo' }, spec: { template: {}, placement } });
    const labels = { 'kubesphere.io/workspace': 'demo' };
    await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'project', labels } });
    const workspace = await admin.get('/apis/tenant.kubesphere.io/v1alpha1/workspaces/demo');
    const { json } = await admin.get('/api/v1/namespaces/project');
    expect(json.metadata['ownerReferences']).toEqual([
      expect.objectContaining({ kind: 'Workspace', controller: true, uid: workspace.json.metadata['uid'] }),
    ]);
    const shown = '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo';
    await admin.send('DELETE', shown, propagationPolicy && { propagationPolicy });
    const project = await admin.get('/api/v1/namespaces/project');
    expect(project.status).toBe(left);
    expect(project.json).not.toHaveProperty('metadata.ownerReferences');
  });
});

describe('a ServiceAccount of Kubernetes', () => {
  test.each([
    ['v3.4', 'viewer'],
    ['v4.1', 'kubesphere:iam:viewer'],
  ] as const)('%s: that asks for a role of its project is bound to %s', async (release, role) => {
    await using ks = await startFakeKsApiserver({ world: 'empty', release });
    const admin = await as(ks, 'admin');
    const labels = { 'kubesphere.io/workspace': 'system-workspace', 'kubesphere.io/managed': 'true' };
    await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'project', labels } });
    const annotations = { 'iam.kubesphere.io/role': 'viewer' };
    const path = '/api/v1/namespaces/project/serviceaccounts';
    const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/project/rolebindings';
    const bound = async (): Promise<readonly Body[]> =>
      (await admin.get(`${bindings}?labelSelector=iam.kubesphere.io/serviceaccount-ref%3Dbot`)).json.items;
    const account = await admin.send('POST', path, { metadata: { name: 'bot', annotations } });
    const [first, ...others] = await bound();
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      metadata: { generateName: 'bot-viewer-', ownerReferences: [{ uid: account.json.metadata['uid'] }] },
      roleRef: { kind: 'Role', name: role },
      subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace: 'project' }],
    });
    const none = { metadata: { annotations: { 'iam.kubesphere.io/role': 'nobody' } } };
    await admin.send('PATCH', `${path}/bot`, none, 'application/merge-patch+json');
    expect(await bound()).toHaveLength(1);
    await admin.send('DELETE', `${path}/bot`);
    expect(await bound()).toEqual([]);
  });
});

describe('a namespace', () => {
  test('is furnished when made and emptied when deleted', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    const admin = await as(ks, 'admin');
    const made = await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'work' } });
    expect(made.json).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'work' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
    expect(namesOf(await admin.get('/api/v1/namespaces/work/serviceaccounts'))).toEqual(['default']);
    expect(namesOf(await admin.get('/api/v1/namespaces/work/configmaps'))).toEqual(['kube-root-ca.crt']);
    const root = await admin.get('/api/v1/namespaces/work/configmaps/kube-root-ca.crt');
    const pem = (root.json['data'] as Record<string, string>)['ca.crt'] ?? '';
    expect(new X509Certificate(pem).ca).toBe(true);
    expect(pem).toBe(await readFile('fixtures/keys/test-ca.pem', 'utf8'));
    await admin.send('POST', '/apis/kubesphere.io/v1alpha1/namespaces/work/serviceaccounts', {
      metadata: { name: 'a' },
    });
    const held = { metadata: { name: 'held', finalizers: ['example.com/wait'] } };
    await admin.send('POST', '/api/v1/namespaces/work/configmaps', held);
    const deleted = await admin.send('DELETE', '/api/v1/namespaces/work');
    expect([deleted.status, deleted.json['status']]).toEqual([200, { phase: 'Terminating' }]);
    expect(namesOf(await admin.get('/api/v1/namespaces/work/secrets'))).toEqual([]);
    expect(namesOf(await admin.get('/api/v1/namespaces/work/configmaps'))).toEqual(['held']);
    const refused = await admin.send('POST', '/api/v1/namespaces/work/configmaps', {
      metadata: { name: 'b' },
    });
    expect([refused.status, refused.json['message']]).toEqual([
      403,
      'configmaps "b" is forbidden: unable to create new content in namespace work because it is being terminated',
    ]);
    await admin.send(
      'PATCH',
      '/api/v1/namespaces/work/configmaps/held',
      { metadata: { finalizers: null } },
      'application/merge-patch+json',
    );
    expect((await admin.get('/api/v1/namespaces/work')).status).toBe(404);
  });

  test.for(['default', 'kube-system', 'kube-public'])('%s stays', async (name) => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4' });
    const answer = await (await as(ks, 'admin')).send('DELETE', `/api/v1/namespaces/${name}`);
    expect([answer.status, answer.json['message']]).toEqual([
      403,
      `namespaces ${JSON.stringify(name)} is forbidden: this namespace may not be deleted`,
    ]);
  });
});

describe('an owner', () => {
  const maps = '/api/v1/namespaces/default/configmaps';

  async function family(admin: Asker): Promise<void> {
    const owner = (await admin.send('POST', maps, { metadata: { name: 'owner' } })).json;
    const { uid } = owner['metadata'] as unknown as { uid: string };
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    await admin.send('POST', maps, { metadata: { name: 'child', ownerReferences } });
  }

  test.for([
    ['', 404],
    ['?propagationPolicy=Background', 404],
    ['?propagationPolicy=Foreground', 404],
    ['?propagationPolicy=Orphan', 200],
    ['?orphanDependents=true', 200],
  ] as const)('deleted with %s takes or leaves its own', async ([query, status]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await family(admin);
    await admin.send('DELETE', `${maps}/owner${query}`);
    expect((await admin.get(`${maps}/owner`)).status).toBe(404);
    const child = await admin.get(`${maps}/child`);
    expect(child.status).toBe(status);
    if (status === 200) expect(child.json['metadata']).not.toHaveProperty('ownerReferences');
  });
});

test.each([
  ['the default world', {}, 'platform-admin'],
  [
    'an empty one',
    { world: 'empty', users: [{ name: 'boss', password: 'P@88w0rd', globalRole: 'platform-admin' }] },
    'boss',
  ],
] as const)(
  'who runs the platform of %s is an administrator of its clusters from the start',
  async (_, options, user) => {
    await using ks = await startFakeKsApiserver(options);
    const admin = await as(ks, 'admin');
    const found = await admin.get(
      `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${user}-cluster-admin`,
    );
    expect(found.status).toBe(200);
    expect(found.json['roleRef']).toMatchObject({ kind: 'ClusterRole', name: 'cluster-admin' });
  },
);
