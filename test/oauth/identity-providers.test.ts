import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const now = '2024-06-01T00:00:00Z';
const inAnHour = Date.parse(now) / 1000 + 3600;
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** A provider that is told by the code what to answer. */
interface Provider extends AsyncDisposable {
  readonly url: string;
  /** Forms its token endpoint was sent. */
  readonly forms: URLSearchParams[];
}

function idToken(claims: object, key = privateKey): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', kid: 'k1' })}.${part(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

async function startProvider(): Promise<Provider> {
  const forms: URLSearchParams[] = [];
  let url = '';
  const tokenFor = (code: string): string | undefined => {
    const claims = { iss: url, aud: 'ks', exp: inAnHour, sub: `id-${code}`, name: code };
    switch (code) {
      case 'none':
        return undefined;
      case 'late':
        return idToken({ ...claims, exp: inAnHour - 7200 });
      case 'others':
        return idToken({ ...claims, aud: 'another' });
      case 'elsewhere':
        return idToken({ ...claims, iss: 'https://else.example' });
      case 'forged':
        return idToken(claims, stranger);
      case 'nobody':
        return idToken({ ...claims, sub: undefined });
      default:
        return idToken({ ...claims, preferred_username: code, email: `${code}@idp.example` });
    }
  };
  const server = createServer((request, response) => {
    const answer = (value: object, status = 200): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const path = new URL(request.url ?? '', url).pathname;
    if (path === '/.well-known/openid-configuration') {
      answer({
        issuer: url,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/keys`,
        userinfo_endpoint: `${url}/user`,
      });
    } else if (path === '/keys') answer({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] });
    else if (path === '/user')
      answer({ login: request.headers.authorization?.slice(7), email: 'o@gh.example' });
    else {
      let text = '';
      request.on('data', (piece: Buffer) => (text += piece.toString()));
      request.on('end', () => {
        const form = new URLSearchParams(text);
        const code = form.get('code') ?? '';
        forms.push(form);
        // Takes credentials among the parameters only.
        if (form.get('client_secret') !== 'secret') answer({ error: 'invalid_client' }, 401);
        else if (code === 'bad') answer({ error: 'invalid_grant', error_description: 'unknown code' }, 400);
        else if (code === 'broken') {
          response.writeHead(503);
          response.end('down');
        } else answer({ access_token: code, id_token: tokenFor(code) });
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    url,
    forms,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

describe('an identity provider of 4.1', () => {
  let ks: InProcessFake;
  let idp: Provider;
  const back = async (name: string, code: string): Promise<readonly [number, string]> => {
    const response = await fetch(`${ks.url}/oauth/callback/${name}?code=${code}`);
    return [response.status, await response.text()];
  };
  const user = async (name: string): ReturnType<Awaited<ReturnType<typeof as>>['get']> =>
    (await as(ks, 'admin')).get(`/kapis/iam.kubesphere.io/v1beta1/users/${name}`);

  beforeAll(async () => {
    idp = await startProvider();
    ks = await startFakeKsApiserver({ now, world: 'empty' });
    const admin = await as(ks, 'admin');
    const client = { clientID: 'ks', clientSecret: 'secret', redirectURL: 'https://console.example/back' };
    const open = { ...client, issuer: idp.url };
    const github = { ...client, endpoint: { tokenURL: `${idp.url}/token`, userInfoURL: `${idp.url}/user` } };
    const providers: Readonly<Record<string, object>> = {
      oidc: { type: 'OIDCIdentityProvider', mappingMethod: 'auto', provider: open },
      known: { type: 'OIDCIdentityProvider', mappingMethod: 'lookup', provider: open },
      signup: { type: 'OIDCIdentityProvider', mappingMethod: 'manual', provider: open },
      odd: { type: 'OIDCIdentityProvider', mappingMethod: 'mixed', provider: open },
      lost: {
        type: 'OIDCIdentityProvider',
        mappingMethod: 'auto',
        provider: { ...open, issuer: 'http://127.0.0.1:1' },
      },
      github: { type: 'GitHubIdentityProvider', mappingMethod: 'auto', provider: github },
      gone: {
        type: 'GitHubIdentityProvider',
        mappingMethod: 'auto',
        provider: { ...client, endpoint: { tokenURL: 'http://127.0.0.1:1/token' } },
      },
      off: { type: 'GitHubIdentityProvider', mappingMethod: 'auto', disabled: true, provider: github },
      ldap: { type: 'LDAPIdentityProvider', mappingMethod: 'auto', provider: {} },
      unheard: { type: 'UnheardProvider', mappingMethod: 'auto', provider: {} },
    };
    for (const [name, configuration] of Object.entries(providers)) {
      const { status } = await admin.send('POST', '/api/v1/namespaces/kubesphere-system/secrets', {
        metadata: { name, labels: { 'config.kubesphere.io/type': 'identityprovider' } },
        type: 'config.kubesphere.io/identityprovider',
        stringData: { 'configuration.yaml': JSON.stringify({ name, ...configuration }) },
      });
      expect(status).toBe(201);
    }
  });
  afterAll(async () => {
    await Promise.all([ks.close(), idp[Symbol.asyncDispose]()]);
  });

  test.for([
    [
      'oidc',
      'bad',
      'failed to exchange identity for oidc, error: oidc: failed to get token: oauth2: "invalid_grant" "unknown code"',
    ],
    [
      'oidc',
      'broken',
      'failed to exchange identity for oidc, error: oidc: failed to get token: oauth2: cannot fetch token: 503 Service Unavailable\nResponse: down',
    ],
    ['oidc', 'none', 'failed to exchange identity for oidc, error: no id_token in token response'],
    [
      'oidc',
      'late',
      'failed to exchange identity for oidc, error: failed to verify id token: oidc: token is expired',
    ],
    [
      'oidc',
      'others',
      'failed to exchange identity for oidc, error: failed to verify id token: oidc: expected audience "ks" got ["another"]',
    ],
    [
      'oidc',
      'elsewhere',
      'failed to exchange identity for oidc, error: failed to verify id token: oidc: id token issued by a different provider, expected "{idp}" got "https://else.example"',
    ],
    [
      'oidc',
      'forged',
      'failed to exchange identity for oidc, error: failed to verify id token: failed to verify signature: failed to verify id token signature',
    ],
    ['oidc', 'nobody', 'failed to exchange identity for oidc, error: missing required claim "sub"'],
    ['known', 'ann', 'failed to find mapped user: id-ann'],
    ['odd', 'ann', 'invalid mapping method found mixed'],
    ['lost', 'ann', 'identity provider lost not exist'],
    ['ldap', 'ann', 'identity provider ldap not exist'],
    [
      'github',
      'bad',
      'failed to exchange identity for github, error: oauth2: "invalid_grant" "unknown code"',
    ],
    [
      'gone',
      'ann',
      'failed to exchange identity for gone, error: Post "http://127.0.0.1:1/token": dial tcp 127.0.0.1:1: connect: connection refused',
    ],
    [
      'off',
      'ann',
      'failed to get identity provider configuration for off, error: the Identity provider was Disabled',
    ],
  ] as const)('%s refuses the code %s', async ([name, code, why]) => {
    const [status, text] = await back(name, code);
    const shown = why.replace('{idp}', idp.url);
    expect([status, text]).toEqual([401, `Unauthorized: ${shown}\n`]);
  });

  test.for([
    ['oidc', 'Bob', 'bob', 'id-Bob', 'Bob@idp.example'],
    ['github', 'octo', 'octo', 'octo', 'o@gh.example'],
  ] as const)('%s makes and finds the user of %s', async ([provider, code, name, uid, email]) => {
    const [status, text] = await back(provider, code);
    expect(status).toBe(200);
    const { access_token: token } = JSON.parse(text) as { access_token: string };
    const info = await fetch(`${ks.url}/oauth/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(await info.json()).toMatchObject({ sub: name, email });
    const { json } = await user(name);
    expect(json.metadata.annotations[`iam.kubesphere.io/identity-provider.${provider}`]).toBe(uid);
    expect(json['status']).toMatchObject({ state: 'Active' });
    const records = await (
      await as(ks, 'admin')
    ).get(`/kapis/iam.kubesphere.io/v1beta1/users/${name}/loginrecords`);
    expect(records.json.items.map(({ spec }) => [spec['type'], spec['provider'], spec['success']])).toEqual([
      ['Token', provider, true],
    ]);
    expect(Object.fromEntries(idp.forms.findLast((form) => form.get('code') === code) ?? [])).toEqual({
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'https://console.example/back',
      client_id: 'ks',
      client_secret: 'secret',
    });
    const admin = await as(ks, 'admin');
    const path = `/kapis/iam.kubesphere.io/v1beta1/users/${name}`;
    await admin.send('PUT', path, { ...json, status: { state: 'Disabled' } });
    expect(await back(provider, code)).toEqual([401, 'Unauthorized: account is not active\n']);
  });

  test('a manual one lets people sign up', async () => {
    const [status, text] = await back('signup', 'eve');
    expect(status).toBe(200);
    const { access_token: token } = JSON.parse(text) as { access_token: string };
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(claims).toMatchObject({
      username: 'system:pre-registration',
      extra: { idp: ['signup'], uid: ['id-eve'], username: ['eve'], email: ['eve@idp.example'] },
    });
  });

  test('a manual one lets people do nothing but sign up, and then be who they said', async () => {
    const [, text] = await back('signup', 'joan');
    const { access_token: token, refresh_token } = JSON.parse(text) as Record<string, string>;
    const headers = { authorization: `Bearer ${token ?? ''}`, 'content-type': 'application/json' };
    for (const path of [
      '/kapis/resources.kubesphere.io/v1alpha3/nodes',
      '/api/v1/nodes',
      '/kapis/config.kubesphere.io/v1alpha2/configs/configz',
      '/kapis/tenant.kubesphere.io/v1beta1/workspaces',
      '/kapis/iam.kubesphere.io/v1beta1/users/admin',
    ])
      expect([path, (await fetch(ks.url + path, { headers })).status]).toEqual([path, 403]);
    const users = `${ks.url}/kapis/iam.kubesphere.io/v1beta1/users`;
    expect((await fetch(users, { headers })).status).toBe(200);
    const body = JSON.stringify({ metadata: { name: 'joan' }, spec: { email: 'joan@idp.example' } });
    expect((await fetch(users, { method: 'POST', headers, body })).status).toBe(200);
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh_token ?? '' });
    form.set('client_id', 'kubesphere');
    form.set('client_secret', 'kubesphere');
    const refreshed = await fetch(`${ks.url}/oauth/token`, { method: 'POST', body: form });
    const { access_token: own } = (await refreshed.json()) as { access_token: string };
    const info = await fetch(`${ks.url}/oauth/userinfo`, { headers: { authorization: `Bearer ${own}` } });
    expect(await info.json()).toMatchObject({ sub: 'joan' });
  });

  test('of a type nobody asks says so', async () => {
    const [status, text] = await back('unheard', 'x');
    expect(status).toBe(501);
    expect(text).toContain('the callback of identity provider unheard (UnheardProvider)');
  });
});

test.for([
  ['v3.1', ['pre-registration'], 403],
  ['v3.4', ['system:authenticated'], 403],
  ['v4.1', ['system:authenticated'], 403],
] as const)(
  '%s believes a token of pre-registration with groups %j no more than that',
  async ([release, groups, status]) => {
    await using ks = await startFakeKsApiserver({ now, release });
    const token = await ks.token({ user: 'system:pre-registration', groups });
    const answer = await fetch(`${ks.url}/kapis/resources.kubesphere.io/v1alpha3/namespaces`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(status);
  },
);

test.for([
  ['v3.0', 'Unauthorized: missing code'],
  ['v3.1', 'Unauthorized: missing code\n'],
] as const)('%s wants a code', async ([release, text]) => {
  await using ks = await startFakeKsApiserver({ now, release, world: 'empty' });
  const response = await fetch(`${ks.url}/oauth/callback/any`);
  expect([response.status, await response.text()]).toEqual([401, text]);
});
