import { describe, expect, test } from 'vitest';
import { mintToken } from '../../src/auth/mint-token.js';
import { releaseNames } from '../../src/core/release.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { isAllowedPath } from '../../src/rbac/allowed-paths.js';
import { releases } from '../../src/releases/index.js';
import { ask, bind, put, putUser } from './ask.js';

const tenant = '/kapis/tenant.kubesphere.io/v1beta1';
const iam = '/kapis/iam.kubesphere.io/v1beta1';

describe('a refusal', () => {
  test.for([
    [
      'GET',
      '/api/v1/pods',
      'pods is forbidden: User "u" cannot list resource "pods" in API group "" at the cluster scope',
    ],
    [
      'GET',
      '/api/v1/namespaces/n1/pods/p/log',
      'pods "p" is forbidden: User "u" cannot get resource "pods/log" in API group "" in the namespace "n1"',
    ],
    [
      'GET',
      '/api/v1/namespaces/n1',
      'namespaces "n1" is forbidden: User "u" cannot get resource "namespaces" in API group "" in the namespace "n1"',
    ],
    [
      'POST',
      `${tenant}/workspaces/w1/namespaces`,
      'namespaces.tenant.kubesphere.io is forbidden: User "u" cannot create resource "namespaces" in API group "tenant.kubesphere.io" at the cluster scope',
    ],
    [
      'DELETE',
      `${tenant}/workspaces/w1`,
      'workspaces.tenant.kubesphere.io "w1" is forbidden: User "u" cannot delete resource "workspaces" in API group "tenant.kubesphere.io" at the cluster scope',
    ],
    [
      'PUT',
      `${iam}/users/v/password`,
      'users.iam.kubesphere.io "v" is forbidden: User "u" cannot update resource "users/password" in API group "iam.kubesphere.io" at the cluster scope',
    ],
    ['GET', '/apis', 'forbidden: User "u" cannot GET path "/apis"'],
    ['POST', '/apis', 'forbidden: User "u" cannot POST path "/apis"'],
    ['GET', '/clusters/host/apis', 'forbidden: User "u" cannot GET path "/apis"'],
    [
      'GET',
      '/api/v1/pods?fieldSelector=metadata.name=a',
      'pods "a" is forbidden: User "u" cannot list resource "pods" in API group "" at the cluster scope',
    ],
    ['GET', '/a&b', 'forbidden: User "u" cannot GET path "/a&amp;b"'],
    ['GET', '/%3Cb%3E', 'forbidden: User "u" cannot GET path "/&lt;b&gt;"'],
    ['GET', '/100%25', 'forbidden: User "u" cannot GET path "/100%!"(MISSING)'],
    ['GET', '/a%25xb', 'forbidden: User "u" cannot GET path "/a%!x(MISSING)b"'],
    ['GET', '/a%25%25b', 'forbidden: User "u" cannot GET path "/a%b"'],
    ['GET', '/a%25-8.3db', 'forbidden: User "u" cannot GET path "/a%!d(MISSING)b"'],
    ['GET', '/a%25%5B2%5Ddb', 'forbidden: User "u" cannot GET path "/a%!d(BADINDEX)b"'],
    ['GET', '/a%25*d', 'forbidden: User "u" cannot GET path "/a%!(BADWIDTH)%!d(MISSING)"'],
    [
      'GET',
      '/api/v1/namespaces/n/pods/a%25x',
      'pods "a%x" is forbidden: User "u" cannot get resource "pods" in API group "" in the namespace "n"',
    ],
    [
      'GET',
      '/a%0Ab%09c%01d%7Fe%22f%5Cg',
      String.raw`forbidden: User "u" cannot GET path "/a\nb\tc\x01d\x7fe\"f\\g"`,
    ],
    [
      'GET',
      '/caf%C3%A9%C2%A0%E2%80%8B%F0%9F%98%80',
      String.raw`forbidden: User "u" cannot GET path "/café\u00a0\u200b😀"`,
    ],
  ] as const)('of %s %s says: %s', async ([method, path, message]) => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    putUser(ks, 'u');
    const { status, body } = await ask(ks, 'u', method, path);
    expect(status).toBe(403);
    expect((JSON.parse(body) as { message: string }).message).toBe(message);
  });

  test('is a Status in one line with its members in order', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    const { body, headers } = await ask(ks, 'anonymous', 'GET', '/api/v1/nodes/a');
    expect(body).toBe(
      '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"nodes \\"a\\" is forbidden: ' +
        'User \\"system:anonymous\\" cannot get resource \\"nodes\\" in API group \\"\\" at the cluster scope",' +
        '"reason":"Forbidden","details":{"name":"a","kind":"nodes"},"code":403}\n',
    );
    expect(headers.get('Content-Type')).toBe('application/json');
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('WWW-Authenticate')).toBeNull();
  });

  test.for([
    ['v4.1', '{}'],
    ['v3.4', '{}'],
    ['v3.3', '{\n    \n  }'],
    ['v3.0', '{\n    \n  }'],
  ] as const)('of %s is indented for curl', async ([release, metadata]) => {
    await using ks = await startFakeKsApiserver({ release, world: 'empty' });
    const path = '/apis/tenant.kubesphere.io/v1/workspaces';
    const { body } = await ask(ks, 'anonymous', 'DELETE', path, { 'User-Agent': 'curl/8.5.0' });
    expect(body).toBe(`{
  "kind": "Status",
  "apiVersion": "v1",
  "metadata": ${metadata},
  "status": "Failure",
  "message": "workspaces.tenant.kubesphere.io is forbidden: User \\"system:anonymous\\" cannot deletecollection resource \\"workspaces\\" in API group \\"tenant.kubesphere.io\\" at the cluster scope",
  "reason": "Forbidden",
  "details": {
    "group": "tenant.kubesphere.io",
    "kind": "workspaces"
  },
  "code": 403
}`);
  });

  test.for(['v3.1', 'v3.4'] as const)('of %s names the path with its cluster', async (release) => {
    await using ks = await startFakeKsApiserver({ release, world: 'empty' });
    const { body } = await ask(ks, 'anonymous', 'GET', '/kapis/clusters/host');
    expect(body).toContain('cannot GET path \\"/kapis/clusters/host\\"');
  });

  test('comes before any route is looked for', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    putUser(ks, 'u');
    expect((await ask(ks, 'u', 'GET', '/kapis/nope.io/v1/things')).status).toBe(403);
    expect((await ask(ks, 'admin', 'GET', '/kapis/nope.io/v1/things')).status).toBe(404);
  });
});

describe('bindings that cannot be followed', () => {
  const path = '/api/v1/namespaces/default/pods';
  const sentence =
    'pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "default"';
  const user = { kind: 'User', name: 'u' };

  test('a role that does not exist gives nothing, silently', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    putUser(ks, 'u');
    bind(ks, 'GlobalRole', 'missing', user);
    const { body } = await ask(ks, 'u', 'GET', path);
    expect((JSON.parse(body) as { message: string }).message).toBe(sentence);
  });

  test('a role of unknown kind is told of; several in a list', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    putUser(ks, 'u');
    bind(ks, 'GlobalRole', 'a', user, undefined, 'Odd');
    const message = async (): Promise<string> =>
      (JSON.parse((await ask(ks, 'u', 'GET', path)).body) as { message: string }).message;
    expect(await message()).toBe(`${sentence}: RBAC: unsupported role reference kind: "Odd"`);
    bind(ks, 'ClusterRole', 'a', user, undefined, 'Strange');
    expect(await message()).toBe(
      `${sentence}: RBAC: [unsupported role reference kind: "Odd", unsupported role reference kind: "Strange"]`,
    );
  });

  test.for([
    ['v4.1', 'iam.kubesphere.io', 403],
    ['v3.4', 'rbac.authorization.k8s.io', 200],
  ] as const)('in %s one ends the search in a namespace or not', async ([release, group, status]) => {
    await using ks = await startFakeKsApiserver({ release, world: 'empty' });
    putUser(ks, 'u');
    bind(ks, 'Role', 'a', user, 'default', 'Odd', group);
    bind(ks, 'Role', 'viewer', user, 'default', 'Role', group);
    const answer = await ask(ks, 'u', 'GET', path);
    expect(answer.status === 403 ? 403 : 200).toBe(status);
  });

  test('a policy that cannot be read allows nothing', async () => {
    await using ks = await startFakeKsApiserver({ world: 'empty' });
    putUser(ks, 'u');
    const annotations = {
      'iam.kubesphere.io/rego-override': 'package authz\nallow { count(input.User.Groups) > 0 }',
    };
    put(ks, 'globalroles', { kind: 'GlobalRole', metadata: { name: 'odd', annotations }, rules: [] });
    bind(ks, 'GlobalRole', 'odd', user);
    expect((await ask(ks, 'u', 'GET', path)).status).toBe(403);
  });
});

test('a policy this fake cannot evaluate is refused by name when it is written', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const annotations = {
    'iam.kubesphere.io/rego-override': 'package authz\nallow { count(input.User.Groups) > 0 }',
  };
  const response = await fetch(`${ks.url}/apis/iam.kubesphere.io/v1beta1/globalroles`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${mintToken(ks.world, { user: 'admin' })}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      apiVersion: 'iam.kubesphere.io/v1beta1',
      kind: 'GlobalRole',
      metadata: { name: 'odd', annotations },
      rules: [],
    }),
  });
  expect(response.status).toBe(501);
  expect(await response.text()).toContain('rego-override of GlobalRole odd');
});

test('a world file with such a policy is not loaded', async () => {
  const annotations = {
    'iam.kubesphere.io/rego-override': 'package authz\nallow { count(input.User.Groups) > 0 }',
  };
  const role = {
    apiVersion: 'iam.kubesphere.io/v1beta1',
    kind: 'GlobalRole',
    metadata: { name: 'odd', annotations },
  };
  await expect(startFakeKsApiserver({ world: { objects: [role] } })).rejects.toThrow('rego-override');
});

describe('paths that skip authorization', () => {
  const open: Readonly<Record<string, readonly string[]>> = {
    'v2.1': [],
    'v3.0': ['/oauth/x', '/kapis/config.kubesphere.io/v1alpha2/configs/oauth', '/kapis/version'],
    'v3.1': [
      '/oauth/x',
      '/kapis/config.kubesphere.io/v1alpha2/configs/oauth',
      '/kapis/version',
      '/kapis/metrics',
    ],
    'v3.3': [
      '/oauth/x',
      '/kapis/config.kubesphere.io/v1alpha2/configs/oauth',
      '/kapis/version',
      '/kapis/metrics',
    ],
    'v3.4': [
      '/oauth/x',
      '/kapis/config.kubesphere.io/v1alpha2/configs/oauth',
      '/kapis/version',
      '/kapis/metrics',
      '/healthz',
    ],
    'v4.1': [
      '/oauth/x',
      '/dist/a/b',
      '/.well-known/openid-configuration',
      '/version',
      '/metrics',
      '/livez',
      '/healthz',
      '/openapi/v2',
      '/openapi/v3',
    ],
  };
  const all = [
    ...new Set(Object.values(open).flat()),
    '/oauth',
    '/healthz/',
    '/openapi/v3/apis',
    '/healthzz',
  ];

  test.for(releaseNames.filter((name) => name !== 'v2.1'))(
    '%s: just these, for every method',
    async (release) => {
      const { allowedPaths } = releases[release];
      for (const path of all) {
        expect(isAllowedPath(path, allowedPaths), path).toBe(open[release]?.includes(path));
        expect(isAllowedPath(path.slice(1), allowedPaths), path.slice(1)).toBe(open[release]?.includes(path));
      }
      await using ks = await startFakeKsApiserver({ release, world: 'empty' });
      for (const method of ['GET', 'POST', 'DELETE']) {
        for (const path of all.filter((one) => !one.includes('configs/oauth'))) {
          const { status } = await ask(ks, 'anonymous', method, path);
          expect(status === 403, `${method} ${path} ${String(status)}`).toBe(
            open[release]?.includes(path) !== true,
          );
        }
      }
    },
  );
});

test.for([
  [
    'AlwaysDeny',
    'v3.4',
    403,
    'cannot list resource "nodes" in API group "" at the cluster scope: Everything is forbidden.',
  ],
  [
    'AlwaysDeny',
    'v4.1',
    403,
    'cannot list resource "nodes" in API group "" at the cluster scope: Everything is forbidden.',
  ],
  ['AlwaysAllow', 'v4.1', 200, undefined],
  ['RBAC', 'v4.1', 403, 'cannot list resource "nodes" in API group "" at the cluster scope'],
  ['Other', 'v4.1', 403, 'cannot list resource "nodes" in API group "" at the cluster scope'],
] as const)('the authorization mode %s decides in %s', async ([mode, release, status, why]) => {
  const world = { config: { authorization: { mode } }, objects: [] };
  await using ks = await startFakeKsApiserver({
    release,
    world,
    users: [{ name: 'u', password: 'P@ssw0rd1' }],
  });
  const token = mintToken(ks.world, { user: 'u' });
  const response = await fetch(`${ks.url}/api/v1/nodes`, { headers: { authorization: `Bearer ${token}` } });
  const { message } = (await response.json()) as { message?: string };
  expect([response.status, message]).toEqual([
    status,
    why === undefined ? undefined : `nodes is forbidden: User "u" ${why}`,
  ]);
});
