import { describe, expect, test } from 'vitest';
import { releaseNames, type ReleaseName } from '../../src/core/release.js';
import { parseRequestInfo, type RequestInfo } from '../../src/core/request-info.js';
import { releases } from '../../src/releases/index.js';

type Expected = Partial<RequestInfo>;
type Row = readonly [request: string, expected: Expected];

const tenant = '/kapis/tenant.kubesphere.io/v1beta1';
const iam = '/kapis/iam.kubesphere.io/v1beta1';
const pods = { verb: 'list', resource: 'pods', namespace: 'n1', cluster: 'm1', scope: 'Namespace' } as const;

function parse(request: string, release: ReleaseName): RequestInfo {
  const [method = '', uri = ''] = request.split(' ');
  const [path = '', query] = uri.split('?');
  return parseRequestInfo(method, path, new URLSearchParams(query), releases[release], uri);
}

function resource(verb: string, name: string, rest: Expected): Expected {
  const [kind = '', subresource = ''] = name.split('/');
  return {
    isResourceRequest: true,
    verb,
    resource: kind,
    subresource,
    name: '',
    namespace: '',
    workspace: '',
    cluster: '',
    ...rest,
  };
}

const nothing: Expected = {
  isResourceRequest: false,
  isKubernetesRequest: false,
  verb: 'GET',
  resource: '',
  name: '',
  namespace: '',
  workspace: '',
  cluster: '',
  scope: '',
};

const core = { isKubernetesRequest: true, apiPrefix: 'api', apiGroup: '', apiVersion: 'v1' };
const tenants = { apiPrefix: 'kapis', apiGroup: 'tenant.kubesphere.io', apiVersion: 'v1beta1' };
const accounts = { apiPrefix: 'kapis', apiGroup: 'iam.kubesphere.io', apiVersion: 'v1beta1' };

const since41: readonly Row[] = [
  ['GET /', nothing],
  ['GET /version', nothing],
  ['GET /healthz', nothing],
  ['HEAD /healthz', { ...nothing, verb: 'HEAD' }],
  ['GET /api', { ...nothing, isKubernetesRequest: true }],
  ['GET /apis', { ...nothing, isKubernetesRequest: true }],
  ['GET /api/v1', { ...nothing, isKubernetesRequest: true }],
  ['GET /apis/apps/v1', { ...nothing, isKubernetesRequest: true, apiPrefix: 'apis' }],
  ['GET /kapis/version', nothing],
  ['GET /dist/x/index.js', nothing],
  ['GET /proxy/x/y', nothing],
  ['POST /oauth/token', { ...nothing, verb: 'POST' }],
  ['GET /api/v1/nodes', resource('list', 'nodes', { ...core, scope: 'Cluster' })],
  ['HEAD /api/v1/nodes', resource('list', 'nodes', { ...core, scope: 'Cluster' })],
  ['HEAD /api/v1/nodes/a', resource('get', 'nodes', { ...core, name: 'a', scope: 'Cluster' })],
  ['PUT /api/v1/nodes/a', resource('update', 'nodes', { ...core, name: 'a' })],
  ['PATCH /api/v1/nodes/a', resource('patch', 'nodes', { ...core, name: 'a' })],
  ['DELETE /api/v1/nodes/a', resource('delete', 'nodes', { ...core, name: 'a' })],
  ['POST /api/v1/nodes', resource('create', 'nodes', core)],
  ['OPTIONS /api/v1/nodes', resource('', 'nodes', core)],
  [
    'GET /api/v1/namespaces/n1',
    resource('get', 'namespaces', { ...core, name: 'n1', namespace: 'n1', scope: 'Namespace' }),
  ],
  [
    'PUT /api/v1/namespaces/n1/finalize',
    resource('update', 'namespaces/finalize', { ...core, name: 'n1', namespace: 'n1', scope: 'Namespace' }),
  ],
  [
    'PUT /api/v1/namespaces/n1/status',
    resource('update', 'namespaces/status', { ...core, name: 'n1', namespace: 'n1', scope: 'Namespace' }),
  ],
  [
    'GET /api/v1/namespaces/n1/pods/p/log',
    resource('get', 'pods/log', { ...core, name: 'p', namespace: 'n1', scope: 'Namespace' }),
  ],
  [
    'DELETE /api/v1/namespaces/n1/pods',
    resource('deletecollection', 'pods', { ...core, namespace: 'n1', scope: 'Namespace' }),
  ],
  ['GET /api/v1/pods?watch=true', resource('watch', 'pods', { ...core, scope: 'Cluster' })],
  ['GET /api/v1/pods?watch', resource('watch', 'pods', core)],
  ['GET /api/v1/pods?watch=0', resource('list', 'pods', core)],
  ['GET /api/v1/pods?watch=False', resource('list', 'pods', core)],
  ['GET /api/v1/watch/pods', resource('watch', 'pods', core)],
  ['POST /api/v1/proxy/nodes/a/b', resource('proxy', 'nodes', { ...core, name: 'a', subresource: '' })],
  [
    'GET /api/v1/watch/namespaces?labelSelector=kubesphere.io/workspace=w1',
    resource('watch', 'namespaces', { ...core, workspace: 'w1', scope: 'Workspace' }),
  ],
  [
    'GET /api/v1/namespaces?watch=1&labelSelector=kubesphere.io/workspace=w1,a=b',
    resource('watch', 'namespaces', { ...core, workspace: 'w1,a=b', scope: 'Workspace' }),
  ],
  [
    'GET /api/v1/namespaces?watch=1&labelSelector=a=b,kubesphere.io/workspace=w1',
    resource('watch', 'namespaces', { ...core, scope: 'Cluster' }),
  ],
  [
    'GET /clusters/m1/kapis/resources.kubesphere.io/v1alpha3/namespaces/n1/pods',
    { ...pods, path: '/kapis/resources.kubesphere.io/v1alpha3/namespaces/n1/pods' },
  ],
  [
    'GET /kapis/clusters/m1/resources.kubesphere.io/v1alpha3/namespaces/n1/pods',
    { ...pods, path: '/kapis/resources.kubesphere.io/v1alpha3/namespaces/n1/pods' },
  ],
  ['GET /api/clusters/m1/v1/nodes', resource('list', 'nodes', { ...core, cluster: 'm1', scope: 'Cluster' })],
  ['GET /kapis/clusters/m1', { ...nothing, cluster: 'm1', path: '/kapis' }],
  ['GET /clusters/m1', { ...nothing, path: '/clusters/m1' }],
  ['GET /clusters/m1/version', { ...nothing, cluster: 'm1', path: '/version' }],
  ['GET /clusters/m1/apis', { ...nothing, isKubernetesRequest: true, cluster: 'm1', path: '/apis' }],
  [`GET ${tenant}/clusters`, resource('list', 'clusters', { ...tenants, scope: 'Global' })],
  [`GET ${tenant}/workspaces`, resource('list', 'workspaces', { ...tenants, scope: 'Global' })],
  [
    `GET ${tenant}/workspaces/w1`,
    resource('get', 'workspaces', { ...tenants, name: 'w1', workspace: 'w1', scope: 'Workspace' }),
  ],
  [
    `GET ${tenant}/workspacetemplates`,
    resource('list', 'workspacetemplates', { ...tenants, scope: 'Cluster' }),
  ],
  [
    `PATCH ${tenant}/workspacetemplates/w1`,
    resource('patch', 'workspacetemplates', { ...tenants, name: 'w1', workspace: 'w1', scope: 'Workspace' }),
  ],
  [
    `POST ${tenant}/workspaces/w1/namespaces`,
    resource('create', 'namespaces', { ...tenants, workspace: 'w1', scope: 'Workspace' }),
  ],
  [
    `GET ${tenant}/workspaces/w1/namespaces/n1`,
    resource('get', 'namespaces', {
      ...tenants,
      name: 'n1',
      namespace: 'n1',
      workspace: 'w1',
      scope: 'Namespace',
    }),
  ],
  [
    `GET ${tenant}/workspaces/w1/namespaces/n1/pods`,
    resource('list', 'pods', { ...tenants, namespace: 'n1', workspace: 'w1', scope: 'Namespace' }),
  ],
  [
    `GET ${tenant}/workspaces/w1/workspacemembers/u1/namespaces`,
    resource('get', 'workspacemembers/namespaces', {
      ...tenants,
      name: 'u1',
      workspace: 'w1',
      scope: 'Workspace',
    }),
  ],
  [`GET ${iam}/users/u1`, resource('get', 'users', { ...accounts, name: 'u1', scope: 'Global' })],
  [
    `PUT ${iam}/users/u1/password`,
    resource('update', 'users/password', { ...accounts, name: 'u1', scope: 'Global' }),
  ],
  [`GET ${iam}/clustermembers`, resource('list', 'clustermembers', { ...accounts, scope: 'Cluster' })],
  [
    'GET /kapis/cluster.kubesphere.io/v1alpha1/clusters/host',
    resource('get', 'clusters', { apiGroup: 'cluster.kubesphere.io', name: 'host', scope: 'Global' }),
  ],
  ['GET /kapis/cluster.kubesphere.io/v1alpha1/labels', { resource: 'labels', scope: 'Global' }],
  [
    'GET /apis/iam.kubesphere.io/v1beta1/users',
    { resource: 'users', scope: 'Global', isKubernetesRequest: true },
  ],
  [
    'GET /apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts/sample',
    resource('get', 'serviceaccounts', {
      isKubernetesRequest: true,
      apiGroup: 'kubesphere.io',
      apiVersion: 'v1alpha1',
      name: 'sample',
      namespace: 'default',
      scope: 'Namespace',
    }),
  ],
  [
    'GET /kapi/v1/foo',
    resource('list', 'foo', { apiPrefix: 'kapi', apiGroup: '', apiVersion: 'v1', scope: 'Cluster' }),
  ],
  ['GET /api/v1/namespaces/n1//pods', { namespace: 'n1', resource: '', name: 'pods' }],
  [
    'GET /kapis/devops.kubesphere.io/v1alpha3/devops/d1/pipelines',
    { resource: 'devops', name: 'd1', devops: '' },
  ],
];

describe('a URL of 4.1', () => {
  test.for(since41)('%s', ([request, expected]) => {
    expect(parse(request, 'v4.1')).toMatchObject(expected);
  });

  test.for([
    ['metadata.name=a', 'a'],
    ['metadata.name==a', 'a'],
    ['spec.x=1,metadata.name=a', 'a'],
    ['metadata.name=a,metadata.name=b', 'a'],
    ['metadata.name!=a', ''],
    ['metadata.name=a/b', ''],
    ['metadata.name=..', ''],
    ['metadata.name=a=b', ''],
    ['metadata.name=a,nonsense', ''],
    ['metadata.name=a\\=b', 'a=b'],
    ['metadata.name=a&limit=x', ''],
    ['metadata.name=a&limit=5', 'a'],
    ['metadata.name=a&timeoutSeconds=soon', ''],
  ] as const)('a list narrowed by %s is about the name "%s"', ([selector, name]) => {
    expect(parse(`GET /api/v1/pods?fieldSelector=${selector}`, 'v4.1')).toMatchObject({ verb: 'list', name });
  });

  test('a list options error leaves only the watch parameter', () => {
    expect(parse('GET /api/v1/pods?watch=1&limit=x&fieldSelector=metadata.name=a', 'v4.1')).toMatchObject({
      verb: 'watch',
      name: '',
    });
  });

  test.for(['/api/v1/watch', '/apis/apps/v1/proxy', '/api/v1/watch/'])('%s cannot be understood', (path) => {
    expect(() => parse(`GET ${path}?a=b`, 'v4.1')).toThrow(
      `Internal Server Error: "${path}?a=b": failed to crate RequestInfo: ` +
        `unable to determine kind and namespace from url: ${path}?a=b`,
    );
  });

  test.for(['/api/clusters/m1/v1'])(
    '%s, at which the real server breaks off, cannot be understood either',
    (path) => {
      expect(() => parse(`GET ${path}`, 'v4.1')).toThrow('failed to crate RequestInfo');
    },
  );
});

describe('what differs before 4.1', () => {
  const old = releaseNames.filter((name) => name !== 'v4.1');
  const withTenants = old.filter((name) => name !== 'v2.1');

  test('v2.1 takes what follows a workspace for a part of it, as Kubernetes would', () => {
    const path = '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/w1/namespaces/n1';
    expect(parse(`DELETE ${path}`, 'v2.1')).toMatchObject({
      verb: 'delete',
      resource: 'workspaces',
      name: 'w1',
      subresource: 'namespaces',
      workspace: '',
      namespace: '',
      scope: 'Cluster',
    });
  });
  const scopes: Readonly<Record<string, string>> = { 'v3.3': 'Global', 'v3.4': 'Global' };

  test.for(old)('%s knows no cluster at the front of a path', (release) => {
    const path = '/clusters/m1/kapis/resources.kubesphere.io/v1alpha3/pods';
    expect(parse(`GET ${path}`, release)).toMatchObject({ ...nothing, path, localPath: path });
  });

  test.for(old)('%s keeps the cluster in the path it authorizes, not in the one it routes', (release) => {
    const path = '/kapis/clusters/m1/resources.kubesphere.io/v1alpha3/namespaces/n1/pods';
    expect(parse(`GET ${path}`, release)).toMatchObject({
      ...pods,
      path,
      localPath: '/kapis/resources.kubesphere.io/v1alpha3/namespaces/n1/pods',
    });
  });

  test.for(old)('%s sees no workspace in workspacetemplates', (release) => {
    const path = '/kapis/tenant.kubesphere.io/v1alpha2/workspacetemplates/w1';
    expect(parse(`PATCH ${path}`, release)).toMatchObject({ workspace: '', scope: 'Cluster', name: 'w1' });
  });

  test.for(withTenants)('%s knows DevOps projects', (release) => {
    const path = '/kapis/devops.kubesphere.io/v1alpha3/workspaces/w1/devops/d1/pipelines/p';
    expect(parse(`GET ${path}`, release)).toMatchObject({
      resource: 'pipelines',
      name: 'p',
      devops: 'd1',
      workspace: 'w1',
      scope: 'DevOps',
    });
    expect(parse('GET /kapis/devops.kubesphere.io/v1alpha3/devops/d1', release)).toMatchObject({
      resource: 'devops',
      name: 'd1',
      devops: 'd1',
      scope: 'DevOps',
    });
  });

  test.for(old)('%s decides the scope of users in its own way', (release) => {
    const scope = scopes[release] ?? 'Cluster';
    expect(parse('GET /kapis/iam.kubesphere.io/v1alpha2/users', release).scope).toBe(scope);
    expect(parse('GET /kapis/tenant.kubesphere.io/v1alpha2/workspaces', release).scope).toBe(scope);
  });

  test.for(withTenants)(
    '%s decides the scope of a global resource in a workspace in its own way',
    (release) => {
      const path = '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/w1';
      expect(parse(`GET ${path}`, release)).toMatchObject({
        workspace: 'w1',
        scope: scopes[release] ?? 'Workspace',
      });
    },
  );

  test.for([
    ['v3.0', 'Cluster'],
    ['v3.1', 'Cluster'],
    ['v3.3', 'Global'],
    ['v3.4', 'Cluster'],
    ['v4.1', 'Cluster'],
  ] as const)('notification configs of %s are of %s scope', ([release, scope]) => {
    expect(parse('GET /kapis/notification.kubesphere.io/v2beta1/configs', release).scope).toBe(scope);
  });
});
