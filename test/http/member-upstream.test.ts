import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ReleaseName } from '../../src/core/release.js';
import { InputError, startFakeKsApiserver, type InProcessFake, type Options } from '../../src/index.js';
import { as } from '../support/ask.js';
import { startEcho, type Echo } from '../support/echo-server.js';

const now = '2024-06-01T00:00:00Z';
const nodes = 'resources.kubesphere.io/v1alpha3/nodes';
/** Members verify signature and time only. */
const memberOptions = { now, accessTokenMaxAge: 0, generate: { nodes: 3 } } as const;

test.for([
  ['v4.1', `/clusters/west/kapis/${nodes}`],
  ['v4.1', `/kapis/clusters/west/${nodes}`],
  ['v3.4', `/kapis/clusters/west/${nodes}`],
] as const)('In %s %s is answered by the member itself', async ([release, path], { expect }) => {
  await using west = await startFakeKsApiserver({ ...memberOptions, release, world: 'empty' });
  await using ks = await startFakeKsApiserver({ release, now, clusters: [{ name: 'west', url: west.url }] });
  const answer = await (await as(ks, 'admin')).get(path);
  expect([answer.status, answer.json['totalItems']]).toEqual([200, 3]);
  const asked = (await west.journal.entries()).map(({ url }) => url);
  expect(asked.filter((url) => !url.endsWith('/version'))).toEqual([`/kapis/${nodes}`]);
});

test('A write, its watch and its refusal go through to the member', async () => {
  await using west = await startFakeKsApiserver(memberOptions);
  await using ks = await startFakeKsApiserver({ now, clusters: [{ name: 'member-1', url: west.url }] });
  const admin = await as(ks, 'admin');
  const path = '/clusters/member-1/api/v1/namespaces/default/configmaps';
  const token = await ks.token({ user: 'admin' });
  const watching = await fetch(`${ks.url}${path}?watch=true&fieldSelector=metadata.name%3Da`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const reader = (watching.body as ReadableStream<Uint8Array>).getReader();
  const configMap = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { b: 'c' } };
  expect((await admin.send('POST', path, configMap)).status).toBe(201);
  const { value } = await reader.read();
  expect(JSON.parse(Buffer.from(value ?? []).toString())).toMatchObject({
    type: 'ADDED',
    object: { metadata: { name: 'a' } },
  });
  await reader.cancel();
  expect((await admin.send('POST', path, configMap)).status).toBe(409);
  expect(
    (await (await as(west, 'admin')).get(path.replace('/clusters/member-1', ''))).json.items.length,
  ).toBe(2);
});

test.for([
  ['v4.1', 511, '"message":"The request could not be authenticated due to a system issue."'],
  ['v3.4', 401, 'Unauthorized'],
] as const)('In %s a token the member refuses is a %i', async ([release, status, text], { expect }) => {
  await using west = await startFakeKsApiserver({ release, now, jwtSecret: 'another-secret-of-the-member' });
  await using ks = await startFakeKsApiserver({ release, now, clusters: [{ name: 'west', url: west.url }] });
  const answer = await (await as(ks, 'admin')).get(`/kapis/clusters/west/${nodes}`);
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(text);
});

test.for([
  ['v4.1', 502, '"Error while proxying request: dial tcp 127.0.0.1:1: connect: connection refused"'],
  ['v3.4', 502, '"Error while proxying request: dial tcp 127.0.0.1:1: connect: connection refused"'],
  ['v3.3', 500, `Internal Server Error: "/kapis/clusters/west/${nodes}": dial tcp 127.0.0.1:1: connect`],
] as const)('In %s a member nobody reaches is a %i', async ([release, status, text], { expect }) => {
  const west = await startFakeKsApiserver({ release: release as ReleaseName, now, world: 'empty' });
  const clusters = [{ name: 'west', url: west.url }];
  await using ks = await startFakeKsApiserver({ release: release as ReleaseName, now, clusters });
  // It answers when it is looked at, and goes then.
  await expect.poll(async () => (await west.journal.entries())[0]?.status).toBe(200);
  await west.close();
  const answer = await (await as(ks, 'admin')).get(`/kapis/clusters/west/${nodes}`);
  expect(answer.status).toBe(status);
  expect(answer.text.replaceAll(/127.0.0.1:\d+/g, '127.0.0.1:1')).toContain(text);
});

test('A member known by a kubeconfig is reached through its kube-apiserver', async () => {
  await using echo = await startEcho();
  const kubeconfig = JSON.stringify({
    clusters: [{ name: 'a', cluster: { server: `${echo.url}/` } }],
    users: [{ name: 'a', user: { token: 'of-the-kubeconfig' } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'current-context': 'a',
  });
  await using ks = await startFakeKsApiserver({ now, clusters: [{ name: 'west', kubeconfig }] });
  const answer = await (
    await as(ks, 'admin')
  ).send('POST', '/clusters/west/kapis/a.io/v1/things?dryRun=All&b=c', {});
  const { url, headers } = JSON.parse(answer.text) as Echo;
  expect(url).toBe(
    '/api/v1/namespaces/kubesphere-system/services/:ks-apiserver:/proxy/kapis/a.io/v1/things?b=c&dryrun=All',
  );
  expect(headers).toMatchObject({
    authorization: 'Bearer of-the-kubeconfig',
    'x-kubesphere-authorization': expect.stringMatching(/^Bearer ey/) as string,
    'x-forwarded-uri': expect.stringMatching(/proxy\/kapis\/a\.io\/v1\/things$/) as string,
    'x-forwarded-for': '127.0.0.1',
  });
});

describe('A member known by the kubeconfig of another fake', () => {
  const start = async (options: Options = {}): Promise<readonly [ks: InProcessFake, west: InProcessFake]> => {
    const west = await startFakeKsApiserver({ ...memberOptions, tlsPort: 0, ...options });
    const kubeconfig = await west.kubeconfig({ user: 'admin' });
    const { release } = west;
    const clusters = [{ name: 'west', kubeconfig }];
    return [await startFakeKsApiserver({ release, now, clusters, world: 'empty' }), west];
  };

  test.for(['v3.3', 'v3.4', 'v4.1'] as const)(
    'answers in %s as it answers by itself: reads, writes, refusals and its version',
    async (release) => {
      const [ks, west] = await start({ release });
      await using _ = ks;
      await using __ = west;
      const [above, own] = [await as(ks, 'admin'), await as(west, 'admin')];
      for (const path of [
        `/kapis/${nodes}?limit=2`,
        '/kapis/version',
        '/api/v1/nodes?limit=1',
        '/kapis/tenant.kubesphere.io/v1alpha3/workspaces/none',
        '/kapis/none.example.com/v1/things/a%2Fb',
      ]) {
        const [, root = '', rest = ''] = /^(\/k?apis?)(\/.*)$/.exec(path) ?? [];
        const direct = `${root}/clusters/west${rest}`;
        const [through, by] = [await above.get(direct), await own.get(path)];
        expect([path, through.status, through.text]).toEqual([path, by.status, by.text]);
      }
      const configMap = { metadata: { name: 'a' }, data: { b: 'c' } };
      const maps = '/api/clusters/west/v1/namespaces/default/configmaps';
      expect((await above.send('POST', `${maps}?dryRun=All`, configMap)).status).toBe(201);
      expect((await own.get('/api/v1/namespaces/default/configmaps/a')).status).toBe(404);
      expect((await above.send('POST', maps, configMap)).status).toBe(201);
      expect((await above.send('DELETE', `${maps}/a`)).status).toBe(200);
    },
  );

  test('authenticates and authorizes the user who asks, not that of the kubeconfig', async () => {
    const [ks, west] = await start();
    await using _ = ks;
    await using __ = west;
    const path = `/kapis/clusters/west/${nodes}`;
    const nobody = await (await as(ks, undefined)).get(path);
    expect([nobody.status, nobody.json['message']]).toEqual([
      403,
      expect.stringContaining('User "system:anonymous" cannot list resource "nodes"'),
    ]);
    const wrong = await fetch(west.url + proxied(`/kapis/${nodes}`), {
      headers: {
        Authorization: `Bearer ${await west.token({ user: 'admin' })}`,
        'X-KubeSphere-Authorization': 'Bearer wrong',
      },
    });
    expect(wrong.status).toBe(401);
    const outside = await (await as(west, undefined)).get(proxied(`/kapis/${nodes}`));
    expect([outside.status, outside.json['message']]).toEqual([
      403,
      expect.stringContaining('cannot get resource "services/proxy"'),
    ]);
  });

  test.for([
    [':ks-apiserver:'],
    ['ks-apiserver'],
    ['ks-apiserver:80'],
    ['http:ks-apiserver:80'],
    ['%3Aks-apiserver%3A'],
  ] as const)('is reached by the name %s, by every method', async ([name]) => {
    await using west = await startFakeKsApiserver(memberOptions);
    const token = `Bearer ${await west.token({ user: 'admin' })}`;
    const headers = { Authorization: token, 'X-KubeSphere-Authorization': token };
    const ask = (method: string, path: string): Promise<Response> =>
      fetch(`${west.url}/api/v1/namespaces/kubesphere-system/services/${name}/proxy${path}`, {
        method,
        headers,
      });
    const list = await ask('GET', `/kapis/${nodes}`);
    expect([list.status, list.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect((await ask('DELETE', '/kapis/iam.kubesphere.io/v1beta1/users/none')).status).toBe(404);
    expect((await ask('PATCH', '/kapis/iam.kubesphere.io/v1beta1/users/admin')).status).toBe(405);
    expect(await (await ask('GET', '/version')).json()).toHaveProperty('gitVersion');
  });
});

function proxied(path: string): string {
  return `/api/v1/namespaces/kubesphere-system/services/:ks-apiserver:/proxy${path}`;
}

const bad: readonly (readonly [string, string])[] = [
  ['[]', 'is no kubeconfig: it must be a mapping'],
  ['current-context: x\n', 'has no context "x"; set current-context to one it has'],
  [
    'current-context: x\ncontexts: [{name: x, context: {cluster: y}}]\n',
    'names no server that starts with http:// or https:// (got "")',
  ],
  [
    `current-context: x
contexts: [{name: x, context: {cluster: y, user: z}}]
clusters: [{name: y, cluster: {server: 'https://a'}}]
users: [{name: z, user: {exec: {command: aws}}}]
`,
    'logs in by a plugin (exec), which is not run; give it a token or client certificate',
  ],
  [
    `current-context: x
contexts: [{name: x, context: {cluster: y}}]
clusters: [{name: y, cluster: {server: 'https://a', certificate-authority: ca.pem}}]
`,
    'cannot read ca.pem',
  ],
];

test.for(bad)('The kubeconfig %j is refused at start: %s', async ([text, why], { expect }) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  try {
    const file = join(folder, 'config');
    writeFileSync(file, text);
    const start = startFakeKsApiserver({ clusters: [{ name: 'west', kubeconfig: file }] });
    const error = await start.then(
      () => undefined,
      (refused: unknown) => refused,
    );
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as Error;
    expect(message).toContain('options: clusters[0].kubeconfig: ');
    if (why.startsWith('cannot read')) expect(message).toContain('ENOENT');
    else expect(message).toContain(`config ${why}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('A kubeconfig that is not there is refused with its name', async () => {
  const start = startFakeKsApiserver({ clusters: [{ name: 'west', kubeconfig: '/no/such/file' }] });
  await expect(start).rejects.toThrow('clusters[0].kubeconfig: cannot read /no/such/file (ENOENT)');
});
