import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import type { ReleaseName } from '../../src/core/release.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Body } from '../support/ask.js';
import { startLdapServer, type DirectoryEntry, type LdapServer } from '../support/ldap-server.js';

const now = '2024-06-01T00:00:00Z';

function person(uid: string, more: Readonly<Record<string, string>> = {}): DirectoryEntry {
  const attributes = { uid, mail: `${uid}@corp.example`, objectClass: 'person', ...more };
  return { dn: `uid=${uid},dc=example`, password: `pw of ${uid}`, attributes };
}

const directory: readonly DirectoryEntry[] = [
  { dn: 'cn=manager,dc=example', password: 'secret', attributes: { cn: 'manager' } },
  person('Ann'),
  person('ben', { team: 'left' }),
  person('a*(b)\\c'),
  { ...person('twin'), dn: 'uid=twin,ou=a,dc=example' },
  { ...person('twin'), dn: 'uid=twin,ou=b,dc=example' },
];

function ldapOptions(host: string, more: JsonObject = {}): JsonObject {
  return {
    host,
    managerDN: 'cn=manager,dc=example',
    managerPassword: 'secret',
    userSearchBase: 'dc=example',
    loginAttribute: 'uid',
    mailAttribute: 'mail',
    ...more,
  };
}

/** A CAS server, GitLab and Aliyun in one: told by ticket and code what to answer. */
async function startWeb(): Promise<{ readonly url: string } & AsyncDisposable> {
  const cas = (inner: string): string =>
    `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">\n ${inner}\n</cas:serviceResponse>`;
  const tickets: Readonly<Record<string, string>> = {
    good: cas(
      '<cas:authenticationSuccess>\n<cas:user>Casey &amp; Co</cas:user>\n</cas:authenticationSuccess>',
    ),
    stale: cas(
      `<cas:authenticationFailure code="INVALID_TICKET">\n Ticket 'stale' not recognized\n</cas:authenticationFailure>`,
    ),
    odd: cas(''),
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://web');
    const code = request.headers.authorization?.slice('Bearer '.length) ?? '';
    const answer = (value: object): void => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
    };
    const ticket = searchParams.get('ticket') ?? '';
    if (pathname === '/cas/serviceValidate')
      response.end(tickets[ticket] ?? cas(searchParams.get('service') ?? ''));
    else if (pathname === '/old/validate') response.end(ticket === 'good' ? 'yes\nolga\n' : 'no\n\n');
    else if (pathname === '/gitlab') answer({ id: 42, username: 'Gil', email: 'gil@lab.example' });
    else if (pathname === '/aliyun')
      answer(
        code === 'bad'
          ? { success: false, message: 'no such application' }
          : { success: true, data: { sub: 'ali-1', username: 'ali', email: 'ali@idaas.example' } },
      );
    else if (pathname === '/token') {
      let text = '';
      request.on('data', (piece: Buffer) => (text += piece.toString()));
      request.on('end', () => {
        answer({ access_token: new URLSearchParams(text).get('code') });
      });
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

type Provider = JsonObject & { readonly name: string };

/** A fake with identity providers, configured as its release has them. */
async function startWith(release: ReleaseName, providers: readonly Provider[]): Promise<InProcessFake> {
  const admin = { name: 'admin', password: 'P@88w0rd', globalRole: 'platform-admin' };
  if (release !== 'v4.1') {
    const clients = [{ name: 'kubesphere', secret: 'kubesphere', redirectURIs: ['*'] }];
    const oauthOptions = { clients, identityProviders: providers };
    const settings = { config: { authentication: { oauthOptions } } };
    const all = ['*'];
    const role = {
      kind: 'GlobalRole',
      apiVersion: 'iam.kubesphere.io/v1alpha2',
      metadata: { name: 'platform-admin' },
      rules: [
        { apiGroups: all, resources: all, verbs: all },
        { nonResourceURLs: all, verbs: all },
      ],
    };
    return startFakeKsApiserver({
      now,
      release,
      world: { ...settings, objects: [role, ...registration] },
      users: [admin],
    });
  }
  const ks = await startFakeKsApiserver({ now, release, world: 'empty' });
  const asAdmin = await as(ks, 'admin');
  for (const provider of providers) {
    const made = await asAdmin.send('POST', '/api/v1/namespaces/kubesphere-system/secrets', {
      metadata: { name: provider.name, labels: { 'config.kubesphere.io/type': 'identityprovider' } },
      type: 'config.kubesphere.io/identityprovider',
      stringData: { 'configuration.yaml': JSON.stringify(provider) },
    });
    expect(made.status, made.text).toBe(201);
  }
  return ks;
}

/** What lets people sign up in 3.x. */
const registration = [
  {
    kind: 'GlobalRole',
    apiVersion: 'iam.kubesphere.io/v1alpha2',
    metadata: { name: 'pre-registration' },
    rules: [{ apiGroups: ['iam.kubesphere.io'], resources: ['users'], verbs: ['create', 'list'] }],
  },
  {
    kind: 'GlobalRoleBinding',
    apiVersion: 'iam.kubesphere.io/v1alpha2',
    metadata: { name: 'pre-registration' },
    roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'GlobalRole', name: 'pre-registration' },
    subjects: [
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'pre-registration' },
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:pre-registration' },
    ],
  },
];

type Outcome = readonly [status: number, body: Readonly<Record<string, unknown>> | string];

async function read(response: Response): Promise<Outcome> {
  const text = await response.text();
  try {
    return [response.status, JSON.parse(text) as Record<string, unknown>];
  } catch {
    return [response.status, text];
  }
}

function passwordForm(
  username: string,
  password: string,
  more: Record<string, string> = {},
): URLSearchParams {
  const client = { client_id: 'kubesphere', client_secret: 'kubesphere', grant_type: 'password' };
  return new URLSearchParams({ ...client, username, password, ...more });
}

function claimsOf([, body]: Outcome): Readonly<Record<string, unknown>> {
  const token = typeof body === 'string' ? '' : String(body['access_token']);
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

/** Signs up with the token of an outcome, then has it refreshed. */
async function signUp(ks: InProcessFake, [, body]: Outcome, name: string): Promise<void> {
  const tokens = typeof body === 'string' ? {} : body;
  const headers = {
    authorization: `Bearer ${String(tokens['access_token'])}`,
    'content-type': 'application/json',
  };
  const user = { metadata: { name }, spec: { email: `${name}@corp.example` } };
  const path = `${ks.url}/kapis/iam.kubesphere.io/v1alpha2/users`;
  const made = await fetch(path, { method: 'POST', headers, body: JSON.stringify(user) });
  expect(made.status, await made.text()).toBe(200);
  const client = { client_id: 'kubesphere', client_secret: 'kubesphere', grant_type: 'refresh_token' };
  const form = new URLSearchParams({ ...client, refresh_token: String(tokens['refresh_token']) });
  const refreshed = await read(await fetch(`${ks.url}/oauth/token`, { method: 'POST', body: form }));
  expect(claimsOf(refreshed)).toMatchObject({ username: name });
}

async function userOf(ks: InProcessFake, name: string): Promise<Body> {
  const version = ks.world.release.name === 'v4.1' ? 'v1beta1' : 'v1alpha2';
  return (await (await as(ks, 'admin')).get(`/apis/iam.kubesphere.io/${version}/users/${name}`)).json;
}

describe('a directory in 4.1', () => {
  let ldap: LdapServer;
  let ks: InProcessFake;
  const logIn = async (provider: string, username: string, password: string): Promise<Outcome> =>
    read(
      await fetch(`${ks.url}/oauth/token`, {
        method: 'POST',
        body: passwordForm(username, password, { provider }),
      }),
    );
  beforeAll(async () => {
    ldap = await startLdapServer(directory);
    const type = 'LDAPIdentityProvider';
    const of = (name: string, mappingMethod: string, more: JsonObject = {}): Provider => ({
      name,
      type,
      mappingMethod,
      provider: ldapOptions(ldap.host, more),
    });
    ks = await startWith('v4.1', [
      of('auto', 'auto'),
      of('lookup', 'lookup'),
      of('manual', 'manual'),
      of('left', 'auto', { userSearchFilter: '(&(objectClass=per*)(|(team=left)(team=right)))' }),
      of('base', 'auto', { userSearchBase: 'dc=elsewhere' }),
      of('broken', 'auto', { userSearchFilter: '(team=left' }),
      of('manager', 'auto', { managerPassword: 'wrong' }),
      of('nobody', 'auto', { host: '127.0.0.1:1' }),
      { ...of('off', 'auto'), disabled: true },
    ]);
  });
  afterAll(async () => {
    await Promise.all([ks.close(), ldap[Symbol.asyncDispose]()]);
  });

  test('lets somebody in who becomes a user, with a login record', async () => {
    const outcome = await logIn('auto', 'Ann', 'pw of Ann');
    expect(outcome[0]).toBe(200);
    expect(claimsOf(outcome)).toMatchObject({ username: 'ann' });
    expect(ldap.binds.slice(-2)).toEqual(['cn=manager,dc=example', 'uid=Ann,dc=example']);
    const user = await userOf(ks, 'ann');
    expect(user.spec['email']).toBe('Ann@corp.example');
    expect(user.metadata.annotations['iam.kubesphere.io/identity-provider.auto']).toBe('Ann');
    const records = await (
      await as(ks, 'admin')
    ).get('/kapis/iam.kubesphere.io/v1beta1/users/ann/loginrecords');
    expect(records.json.items.map(({ spec }) => [spec['provider'], spec['success']])).toEqual([
      ['auto', true],
    ]);
  });

  test('asks whom it does not know to sign up, when mapped by hand', async () => {
    const outcome = await logIn('manual', 'ben', 'pw of ben');
    expect(claimsOf(outcome)).toMatchObject({ username: 'system:pre-registration', extra: { uid: ['ben'] } });
  });

  test('takes names that mean something in filters for what they are', async () => {
    expect((await logIn('manual', 'a*(b)\\c', 'pw of a*(b)\\c'))[0]).toBe(200);
    expect((await logIn('manual', 'a*', 'pw of a*(b)\\c'))[0]).toBe(400);
  });

  test('is narrowed by a filter', async () => {
    expect((await logIn('left', 'ben', 'pw of ben'))[0]).toBe(200);
    expect((await logIn('left', 'Ann', 'pw of Ann'))[0]).toBe(400);
  });

  const wrong = { error: 'invalid_grant', error_description: 'Invalid username or password.' };
  const failed = {
    error: 'server_error',
    error_description: 'An internal server error occurred while processing the request.',
  };
  test.for([
    ['a wrong password', 'auto', 'Ann', 'x', 400, wrong],
    ['an unknown name', 'auto', 'zoe', 'x', 400, wrong],
    ['no password', 'auto', 'Ann', '', 400, wrong],
    ['nobody to be found by lookup', 'lookup', 'Ann', 'pw of Ann', 500, failed],
    ['two of a name', 'auto', 'twin', 'pw of twin', 500, failed],
    ['a base that is not there', 'base', 'Ann', 'pw of Ann', 500, failed],
    ['a filter that cannot be read', 'broken', 'Ann', 'pw of Ann', 500, failed],
    ['a manager who is not let in', 'manager', 'Ann', 'pw of Ann', 500, failed],
    ['a directory that is not there', 'nobody', 'Ann', 'pw of Ann', 500, failed],
    ['a provider that is off', 'off', 'Ann', 'pw of Ann', 500, failed],
    ['a provider that is not there', 'none', 'Ann', 'pw of Ann', 500, failed],
  ] as const)('refuses %s', async ([, provider, name, password, status, body]) => {
    expect(await logIn(provider, name, password)).toEqual([status, body]);
  });
});

test.for([
  ['says nothing', '', 'LDAP Result Code 200 "Network Error": i/o timeout'],
  ['hangs up', 'close', 'LDAP Result Code 200 "Network Error": ldap: connection closed by {host}'],
  ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(9), 'unexpected end of a BER element'],
  ['ends its answer too early', Buffer.from('3006020101610130', 'hex'), 'unexpected end of a BER element'],
] as const)('a directory that %s fails the login only', async ([, said, why]) => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    if (said === 'close') socket.end();
    else if (said.length > 0) socket.once('data', () => socket.end(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const provider = ldapOptions(host, { readTimeout: 200 });
  const type = 'LDAPIdentityProvider';
  await using ks = await startWith('v3.3', [{ name: 'corp', type, mappingMethod: 'auto', provider }]);
  const form = passwordForm('Ann', 'pw of Ann');
  const [status, body] = await read(await fetch(`${ks.url}/oauth/token`, { method: 'POST', body: form }));
  expect(status).toBe(500);
  expect(JSON.stringify(body)).toContain(JSON.stringify(why.replace('{host}', host)).slice(1, -1));
  server.close();
});

describe('a directory in 3.x', () => {
  const type = 'LDAPIdentityProvider';
  const local = '/oauth/token';
  const post = async (ks: InProcessFake, path: string, form: URLSearchParams): Promise<Outcome> =>
    read(await fetch(ks.url + path, { method: 'POST', body: form }));

  test.for(['v3.1', 'v3.3'] as const)(
    '%s: is asked before local accounts are, but about admin',
    async (release) => {
      await using ldap = await startLdapServer([...directory, person('admin')]);
      const provider = ldapOptions(ldap.host);
      const mapping = { mappingMethod: 'auto', disableLoginConfirmation: true };
      await using ks = await startWith(release, [{ name: 'corp', type, ...mapping, provider }]);
      const outcome = await post(ks, local, passwordForm('Ann', 'pw of Ann'));
      const isAsked = release === 'v3.1';
      expect(claimsOf(outcome)).toMatchObject({ username: isAsked ? 'system:pre-registration' : 'ann' });
      if (isAsked) await signUp(ks, outcome, 'ann');
      expect((await userOf(ks, 'ann')).metadata.labels).toMatchObject({
        'iam.kubesphere.io/identify-provider': 'corp',
        'iam.kubesphere.io/origin-uid': 'Ann',
      });
      expect((await post(ks, local, passwordForm('admin', 'pw of admin')))[0]).toBeGreaterThanOrEqual(400);
      expect((await post(ks, local, passwordForm('admin', 'P@88w0rd')))[0]).toBe(200);
      expect((await post(ks, local, passwordForm('Ann', 'wrong')))[0]).toBe(release === 'v3.1' ? 401 : 400);
    },
  );

  test('v3.3: that cannot be asked fails the login, in the words of go-ldap', async () => {
    const provider = ldapOptions('127.0.0.1:1');
    await using ks = await startWith('v3.3', [{ name: 'corp', type, mappingMethod: 'auto', provider }]);
    expect(await post(ks, local, passwordForm('Ann', 'pw of Ann'))).toEqual([
      500,
      {
        error: 'server_error',
        error_description:
          'LDAP Result Code 200 "Network Error": dial tcp 127.0.0.1:1: connect: connection refused',
      },
    ]);
  });

  test('v3.4: is asked when it is named, and asks for confirmation', async () => {
    await using ldap = await startLdapServer(directory);
    const provider = ldapOptions(ldap.host);
    await using ks = await startWith('v3.4', [
      { name: 'corp', type, mappingMethod: 'auto', provider },
      { name: 'known', type, mappingMethod: 'lookup', provider },
    ]);
    const form = new URLSearchParams({ username: 'Ann', password: 'pw of Ann' });
    expect(claimsOf(await post(ks, '/oauth/login/corp', form))).toMatchObject({
      username: 'system:pre-registration',
      extra: { idp: ['corp'], uid: ['Ann'], username: ['Ann'], email: ['Ann@corp.example'] },
    });
    await signUp(ks, await post(ks, '/oauth/login/corp', form), 'annie');
    expect(claimsOf(await post(ks, '/oauth/login/corp', form))).toMatchObject({ username: 'annie' });
    expect(await post(ks, '/oauth/login/known', form)).toEqual([
      500,
      { error: 'server_error', error_description: 'user.iam.kubesphere.io "Ann" not found' },
    ]);
    const bad = new URLSearchParams({ username: 'Ann', password: 'wrong' });
    expect(await post(ks, '/oauth/login/corp', bad)).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'incorrect password' },
    ]);
    expect((await post(ks, local, passwordForm('Ann', 'pw of Ann')))[0]).toBe(400);
  });
});

describe.each(['v3.4', 'v4.1'] as const)('somebody who comes back to %s', (release) => {
  let web: Awaited<ReturnType<typeof startWeb>>;
  let ks: InProcessFake;
  const back = async (path: string): Promise<Outcome> =>
    read(await fetch(`${ks.url}/oauth/callback/${path}`));
  const refused = (name: string, why: string): string =>
    `Unauthorized: ${release === 'v4.1' ? `failed to exchange identity for ${name}, error: ` : ''}${why}\n`;
  beforeAll(async () => {
    web = await startWeb();
    const mapping = { mappingMethod: 'auto', disableLoginConfirmation: true };
    const client = { clientID: 'ks', clientSecret: 'secret' };
    const redirectURL = 'https://console.example/back';
    const endpoint = { tokenURL: `${web.url}/token` };
    ks = await startWith(release, [
      {
        name: 'cas',
        type: 'CASIdentityProvider',
        mappingMethod: 'lookup',
        provider: { casServerURL: `${web.url}/cas`, redirectURL },
      },
      {
        name: 'old',
        type: 'CASIdentityProvider',
        ...mapping,
        provider: { casServerURL: `${web.url}/old/`, redirectURL },
      },
      {
        name: 'lab',
        type: 'GitlabIdentityProvider',
        ...mapping,
        provider: { ...client, endpoint: { ...endpoint, userInfoURL: `${web.url}/gitlab` } },
      },
      {
        name: 'idaas',
        type: 'AliyunIDaaSProvider',
        ...mapping,
        provider: { ...client, endpoint: { ...endpoint, userInfoURL: `${web.url}/aliyun` } },
      },
    ]);
  });
  afterAll(async () => {
    await Promise.all([ks.close(), web[Symbol.asyncDispose]()]);
  });

  test.for([
    ['old?ticket=good', 'olga', 'olga'],
    ['lab?code=x', 'gil', '42'],
    ['idaas?code=x', 'ali', 'ali-1'],
  ] as const)('from %s is %s', async ([path, name, uid]) => {
    const outcome = await back(path);
    expect(outcome).toMatchObject([200, {}]);
    expect(claimsOf(outcome)).toMatchObject({ username: name });
    const { labels, annotations } = (await userOf(ks, name)).metadata;
    const [provider = ''] = path.split('?');
    expect(
      release === 'v4.1'
        ? annotations[`iam.kubesphere.io/identity-provider.${provider}`]
        : labels['iam.kubesphere.io/origin-uid'],
    ).toBe(uid);
    expect(claimsOf(await back(path))).toMatchObject({ username: name });
  });

  test.for([
    [
      'cas?ticket=stale',
      "cas: failed to validate service ticket : INVALID_TICKET: Ticket 'stale' not recognized",
    ],
    ['cas?ticket=odd', 'cas: failed to validate service ticket : EOF'],
    ['old?ticket=x', 'cas: failed to validate service ticket : INVALID_TICKET: ticket not recognized'],
    ['idaas?code=bad', 'no such application'],
  ] as const)('from %s is refused', async ([path, why]) => {
    expect(await back(path)).toEqual([401, refused(path.split('?')[0] ?? '', why)]);
  });

  test('whom nobody can look up is not found', async () => {
    const [status, text] = await back('cas?ticket=good');
    expect([status, text]).toEqual([
      401,
      release === 'v4.1'
        ? 'Unauthorized: failed to find mapped user: Casey &amp; Co\n'
        : 'Unauthorized: user.iam.kubesphere.io "Casey &amp; Co" not found\n',
    ]);
  });
});
