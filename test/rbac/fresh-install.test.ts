import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { ask, bind, put, putAccount, putUser, type Asked } from './ask.js';

const tenant = '/kapis/tenant.kubesphere.io/v1beta1';
const iam = '/kapis/iam.kubesphere.io/v1beta1';
const account = { kind: 'ServiceAccount', apiGroup: 'kubesphere.io', name: 'bot', namespace: 'default' };
const user = { kind: 'User', apiGroup: 'iam.kubesphere.io', name: 'u' };

const isForbidden = async (ks: Asked, as: string, method: string, path: string): Promise<boolean> => {
  const { status, body } = await ask(ks, as, method, path);
  return status === 403 && body.includes('"reason":"Forbidden"');
};

describe('a fresh install of 4.1', () => {
  test.for([
    ['anonymous', 'GET', '/kapis/config.kubesphere.io/v1alpha2/configs/oauth', 'may'],
    ['anonymous', 'GET', '/static/images/logo.svg', 'may'],
    ['anonymous', 'GET', '/api/v1/nodes', 'may not'],
    ['anonymous', 'GET', '/apis', 'may not'],
    ['anonymous', 'GET', '/kapis/version', 'may not'],
    ['u', 'GET', '/kapis/version', 'may not'],
    ['u', 'GET', '/apis', 'may not'],
    ['u', 'GET', '/api', 'may'],
    ['u', 'GET', '/api/v1', 'may'],
    ['u', 'POST', '/api/v1', 'may not'],
    ['u', 'GET', '/api/v1/nodes', 'may'],
    ['u', 'GET', '/api/v1/nodes?watch=true', 'may not'],
    ['u', 'DELETE', '/api/v1/nodes/x', 'may not'],
    ['u', 'GET', `${tenant}/workspaces/any`, 'may'],
    ['u', 'GET', `${tenant}/workspaces/any/namespaces/x/pods`, 'may'],
    ['u', 'GET', '/apis/tenant.kubesphere.io/v1beta1/workspaces/any', 'may not'],
    ['u', 'POST', `${tenant}/workspaces/any/namespaces`, 'may not'],
    ['u', 'GET', `${iam}/users`, 'may'],
    ['u', 'GET', `${iam}/users/u`, 'may'],
    ['u', 'GET', `${iam}/users/v`, 'may not'],
    ['u', 'DELETE', `${iam}/users/v`, 'may not'],
    ['u', 'PATCH', '/apis/any.group/v1/users/u/sub', 'may'],
    ['u', 'GET', `${iam}/workspaces/w/workspacemembers/u`, 'may'],
    ['u', 'GET', `${iam}/workspaces/w/workspacemembers/v`, 'may not'],
    ['u', 'DELETE', `${iam}/workspaces/w/workspacemembers/u`, 'may not'],
    ['u', 'GET', '/api/v1/namespaces/kubesphere-system/pods/ks-managed-kubectl-u/exec', 'may'],
    ['u', 'GET', '/api/v1/namespaces/kubesphere-system/pods/ks-managed-kubectl-v/exec', 'may not'],
    ['u', 'GET', '/api/v1/namespaces/kubesphere-system/pods/u/exec', 'may not'],
    ['u', 'GET', '/api/v1/namespaces/default/pods/ks-managed-kubectl-u/exec', 'may not'],
    ['u', 'GET', '/api/v1/namespaces/default/pods', 'may not'],
    ['admin', 'GET', '/apis', 'may'],
    ['admin', 'GET', `${tenant}/clusters`, 'may'],
    ['admin', 'DELETE', '/api/v1/namespaces/default/pods', 'may'],
    ['sa:default/bot', 'GET', `${tenant}/clusters`, 'may not'],
    ['sa:default/bot', 'GET', '/kapis/config.kubesphere.io/v1alpha2/configs/oauth', 'may not'],
  ] as const)('%s %s %s: %s', async ([as, method, path, verdict]) => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    putUser(ks, 'u');
    putAccount(ks, 'default', 'bot');
    expect(await isForbidden(ks, as, method, path)).toBe(verdict === 'may not');
  });

  test.for([
    ['GlobalRole', 'platform-admin', undefined, `${tenant}/clusters`, 'may'],
    ['GlobalRole', 'platform-admin', undefined, '/api/v1/namespaces/kube-system/pods', 'may'],
    ['ClusterRole', 'cluster-admin', undefined, `${tenant}/clusters`, 'may not'],
    ['ClusterRole', 'cluster-admin', undefined, `${tenant}/workspaces`, 'may not'],
    ['ClusterRole', 'cluster-admin', undefined, `${iam}/users`, 'may not'],
    ['ClusterRole', 'cluster-admin', undefined, `${tenant}/workspaces/system-workspace`, 'may'],
    ['ClusterRole', 'cluster-admin', undefined, '/api/v1/nodes', 'may'],
    ['ClusterRole', 'cluster-admin', undefined, '/api/v1/namespaces/kube-system/pods', 'may'],
    ['ClusterRole', 'cluster-admin', undefined, '/apis', 'may'],
    [
      'WorkspaceRole',
      'system-workspace-admin',
      'system-workspace',
      `${tenant}/workspaces/system-workspace`,
      'may',
    ],
    ['WorkspaceRole', 'system-workspace-admin', 'system-workspace', '/api/v1/namespaces/default/pods', 'may'],
    [
      'WorkspaceRole',
      'system-workspace-admin',
      'system-workspace',
      '/api/v1/namespaces/loose/pods',
      'may not',
    ],
    ['WorkspaceRole', 'system-workspace-admin', 'system-workspace', '/api/v1/nodes', 'may not'],
    [
      'WorkspaceRole',
      'system-workspace-admin',
      'another',
      `${tenant}/workspaces/system-workspace`,
      'may not',
    ],
    ['WorkspaceRole', 'system-workspace-admin', 'another', `${tenant}/workspaces/another`, 'may'],
    ['Role', 'admin', 'default', '/api/v1/namespaces/default/pods', 'may'],
    ['Role', 'admin', 'default', '/api/v1/namespaces/kube-system/pods', 'may not'],
    ['Role', 'viewer', 'default', '/api/v1/namespaces/default/pods', 'may'],
    ['Role', 'viewer', 'kube-public', '/api/v1/namespaces/default/pods', 'may not'],
  ] as const)('a ServiceAccount bound to %s %s (%s) %s: %s', async ([kind, role, place, path, verdict]) => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    putAccount(ks, 'default', 'bot');
    put(ks, 'namespaces', { kind: 'Namespace', metadata: { name: 'loose' } }, '');
    bind(ks, kind, role, account, place);
    expect(await isForbidden(ks, 'sa:default/bot', 'GET', path)).toBe(verdict === 'may not');
  });

  test('a WorkspaceRole holds in a namespace by the label of the namespace, not by the workspace of the URL', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    putUser(ks, 'u');
    put(ks, 'namespaces', { kind: 'Namespace', metadata: { name: 'loose' } }, '');
    bind(ks, 'WorkspaceRole', 'system-workspace-admin', user, 'system-workspace');
    const path = (namespace: string): string =>
      `/kapis/resources.kubesphere.io/v1alpha3/workspaces/system-workspace/namespaces/${namespace}/pods`;
    expect(await isForbidden(ks, 'u', 'GET', path('default'))).toBe(false);
    expect(await isForbidden(ks, 'u', 'GET', path('loose'))).toBe(true);
    expect(await isForbidden(ks, 'u', 'GET', path('missing'))).toBe(true);
  });

  test('a right given or taken is felt by the next request', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    putUser(ks, 'u');
    const mayNot = (): Promise<boolean> => isForbidden(ks, 'u', 'GET', '/api/v1/namespaces/default/pods');
    expect(await mayNot()).toBe(true);
    bind(ks, 'Role', 'viewer', user, 'default');
    expect(await mayNot()).toBe(false);
    ks.world.host.store.remove(
      { group: 'iam.kubesphere.io', plural: 'rolebindings' },
      'default',
      'test-u-viewer',
    );
    expect(await mayNot()).toBe(true);
    bind(ks, 'WorkspaceRole', 'system-workspace-viewer', user, 'system-workspace');
    expect(await mayNot()).toBe(false);
    const { object } = ks.world.host.store.get({ group: '', plural: 'namespaces' }, undefined, 'default');
    ks.world.host.store.update(
      { group: '', plural: 'namespaces' },
      { ...object, metadata: { ...object.metadata, labels: {} } },
    );
    expect(await mayNot()).toBe(true);
  });

  test('groups of a user count with HTTP Basic only', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    putUser(ks, 'u', ['team']);
    ks.world.passwords.set('u', ['P@88w0rd']);
    bind(ks, 'Role', 'viewer', { kind: 'Group', apiGroup: 'iam.kubesphere.io', name: 'team' }, 'default');
    const path = '/api/v1/namespaces/default/pods';
    expect((await ask(ks, 'u', 'GET', path)).status).toBe(403);
    const Authorization = `Basic ${Buffer.from('u:P@88w0rd').toString('base64')}`;
    expect((await ask(ks, 'anonymous', 'GET', path, { Authorization })).status).not.toBe(403);
  });
});

describe('a fresh install of 3.x', () => {
  const native = 'rbac.authorization.k8s.io';
  const tenants = '/kapis/tenant.kubesphere.io/v1alpha2';
  const accounts = '/kapis/iam.kubesphere.io/v1alpha2';

  test.for([
    ['v3.4', 'anonymous', 'GET', '/api/v1/nodes', 'may not'],
    ['v3.4', 'u', 'GET', '/api/v1/nodes', 'may'],
    ['v3.4', 'u', 'DELETE', `${accounts}/users/u`, 'may'],
    ['v3.1', 'u', 'DELETE', `${accounts}/users/u`, 'may not'],
    ['v3.1', 'u', 'GET', `${accounts}/users/u`, 'may'],
    ['v3.0', 'u', 'GET', `${accounts}/users/u`, 'may'],
    ['v3.4', 'u', 'GET', '/kapis/iam.kubesphere.io/v1alpha2/namespaces/n/members/u', 'may'],
    ['v3.4', 'u', 'GET', `${tenants}/workspaces/any`, 'may'],
    ['v3.4', 'u', 'PATCH', `${tenants}/workspacetemplates/any`, 'may'],
    ['v3.1', 'u', 'PATCH', `${tenants}/workspacetemplates/any`, 'may not'],
    ['v3.3', 'u', 'GET', '/api/v1/namespaces/default/pods', 'may not'],
    ['v3.3', 'admin', 'GET', '/api/v1/namespaces/default/pods', 'may'],
  ] as const)('%s: %s %s %s: %s', async ([release, as, method, path, verdict]) => {
    await using ks = await startFakeKsApiserver({ release, world: 'empty' });
    putUser(ks, 'u');
    expect(await isForbidden(ks, as, method, path)).toBe(verdict === 'may not');
  });

  test.for(['v3.0', 'v3.1', 'v3.3', 'v3.4'] as const)(
    '%s takes roles of clusters and namespaces from Kubernetes',
    async (release) => {
      await using ks = await startFakeKsApiserver({ release, world: 'empty' });
      putUser(ks, 'u');
      putUser(ks, 'v');
      bind(ks, 'Role', 'viewer', user, 'default', 'Role', native);
      bind(ks, 'ClusterRole', 'cluster-viewer', { ...user, name: 'v' }, undefined, 'ClusterRole', native);
      expect(await isForbidden(ks, 'u', 'GET', '/api/v1/namespaces/default/pods')).toBe(false);
      expect(await isForbidden(ks, 'u', 'GET', '/api/v1/namespaces/kube-system/pods')).toBe(true);
      expect(await isForbidden(ks, 'v', 'GET', '/api/v1/namespaces/kube-system/pods')).toBe(false);
      expect(await isForbidden(ks, 'v', 'DELETE', '/api/v1/namespaces/kube-system/pods')).toBe(true);
    },
  );

  test('a namespace outside any workspace is open to every workspace role; users bring their groups', async () => {
    await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
    putUser(ks, 'u', ['team']);
    put(ks, 'namespaces', { kind: 'Namespace', metadata: { name: 'loose' } }, '');
    const path = '/api/v1/namespaces/loose/pods';
    expect(await isForbidden(ks, 'u', 'GET', path)).toBe(true);
    bind(ks, 'WorkspaceRole', 'system-workspace-viewer', { kind: 'Group', name: 'team' }, 'some');
    expect(await isForbidden(ks, 'u', 'GET', path)).toBe(false);
    expect(await isForbidden(ks, 'u', 'GET', '/api/v1/namespaces/default/pods')).toBe(true);
  });
});

test('the gateway of 2.1 refuses in its own way', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1', world: 'empty' });
  putUser(ks, 'u');
  const { status, body, headers } = await ask(ks, 'u', 'GET', '/api/v1/nodes/x');
  expect(status).toBe(403);
  expect(body).toBe('403 Forbidden\n');
  expect(headers.get('WWW-Authenticate')).toBe('Forbidden,nodes "x" is forbidden: permission undefined');
  expect((await ask(ks, 'admin', 'GET', '/api/v1/nodes/x')).status).not.toBe(403);
});
