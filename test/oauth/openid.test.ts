import { createLocalJWKSet, jwtVerify, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { expect, test } from 'vitest';
import { users } from '../../src/auth/find-user.js';
import { releaseOf } from '../auth/forms.js';
import { Stage, webRedirect } from '../auth/stage.js';

const webClient = { client_id: 'web', client_secret: 'web-secret' };

async function idTokenOf(stage: Stage, scope: string): Promise<string> {
  const answer = await stage.authorize(
    { client_id: 'web', response_type: 'code', redirect_uri: webRedirect, scope, nonce: 'n1' },
    `Bearer ${stage.mint()}`,
  );
  const code = new URL(String(answer.headers['location'])).searchParams.get('code') ?? '';
  const tokens = await stage.token({ grant_type: 'code', code, ...webClient });
  const body = JSON.parse(tokens.body) as Record<string, string>;
  expect(Object.keys(body)).toEqual([
    'access_token',
    'token_type',
    'refresh_token',
    'id_token',
    'expires_in',
  ]);
  return body['id_token'] ?? '';
}

test.for([
  [
    '3.3',
    [
      'aud',
      'exp',
      'iat',
      'iss',
      'sub',
      'token_type',
      'username',
      'name',
      'nonce',
      'email',
      'locale',
      'preferred_username',
    ],
  ],
  [
    '3.4',
    [
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'token_type',
      'username',
      'name',
      'nonce',
      'email',
      'locale',
      'preferred_username',
    ],
  ],
  [
    '4.1',
    [
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'token_type',
      'username',
      'url',
      'nonce',
      'email',
      'locale',
      'preferred_username',
    ],
  ],
] as const)('an id token of %s verifies against the published keys', async ([release, claims]) => {
  await using stage = await Stage.of(releaseOf(release));
  const { store } = stage.ks.world.host;
  const alice = store.get(users, undefined, 'alice').object;
  store.update(users, { ...alice, spec: { ...(alice['spec'] as object), lang: 'en' } });
  const idToken = await idTokenOf(stage, 'openid email profile');
  const keys = JSON.parse((await stage.call('/oauth/keys')).body) as JSONWebKeySet;
  const { payload } = await jwtVerify(idToken, createLocalJWKSet(keys), {
    audience: 'web',
    issuer: stage.ks.world.settings.issuer,
    currentDate: new Date(stage.ks.world.clock.now()),
  });
  expect(Object.keys(payload)).toEqual(claims);
  expect(payload).toMatchObject({
    sub: 'alice',
    nonce: 'n1',
    email: 'alice@example.com',
    token_type: 'id_token',
    aud: ['web'],
  });
  expect(Object.entries(decodeProtectedHeader(idToken))).toEqual([
    ['alg', 'RS256'],
    ['kid', keys.keys[0]?.kid],
    ['typ', 'JWT'],
  ]);
});

test('e-mail and profile need their scopes', async () => {
  await using stage = await Stage.of('v4.1');
  const idToken = await idTokenOf(stage, 'openid');
  const payload = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
  expect(Object.keys(payload)).toEqual([
    'iss',
    'sub',
    'aud',
    'exp',
    'iat',
    'token_type',
    'username',
    'url',
    'nonce',
  ]);
});

test('without scope openid the code gives no id token', async () => {
  await using stage = await Stage.of('v3.4');
  const code = stage.mint({ type: 'code', clientId: 'web' });
  const answer = await stage.token({ grant_type: 'code', code, ...webClient });
  expect(Object.keys(JSON.parse(answer.body) as object)).toEqual([
    'access_token',
    'token_type',
    'refresh_token',
    'expires_in',
  ]);
});

test.for([
  ['3.3', '/oauth/.well-known/openid-configuration', 'kubesphere/authorize'],
  ['3.4', '/oauth/.well-known/openid-configuration', 'kubesphere/authorize'],
  [
    '4.1',
    '/.well-known/openid-configuration',
    'http://ks-console.kubesphere-system.svc:30880/oauth/authorize',
  ],
] as const)('the discovery document of %s', async ([release, path, authorizeEndpoint]) => {
  await using stage = await Stage.of(releaseOf(release));
  const { status, body } = await stage.call(path);
  const document = JSON.parse(body) as Record<string, unknown>;
  expect([status, document['authorization_endpoint']]).toEqual([200, authorizeEndpoint]);
  expect(Object.keys(document)).toEqual([
    'issuer',
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'jwks_uri',
    'grant_types_supported',
    'response_types_supported',
    'subject_types_supported',
    'id_token_signing_alg_values_supported',
    'code_challenge_methods_supported',
    'scopes_supported',
    'token_endpoint_auth_methods_supported',
    'claims_supported',
  ]);
});

test.for([
  [
    '3.4',
    '{\n "sub": "alice",\n "name": "alice",\n "email": "alice@example.com",\n "preferred_username": "alice"\n}',
  ],
  [
    '4.1',
    '{\n "sub": "alice",\n "url": "alice",\n "email": "alice@example.com",\n "preferred_username": "alice"\n}',
  ],
] as const)('userinfo of %s', async ([release, body]) => {
  await using stage = await Stage.of(releaseOf(release));
  const answer = await stage.as(`Bearer ${stage.mint()}`, '/oauth/userinfo');
  expect([answer.status, answer.body]).toEqual([200, body]);
});

test('a key of the user signs id tokens and is published', async () => {
  const { generateKeyPairSync } = await import('node:crypto');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
  await using stage = await Stage.of('v4.1', { signKey: pem });
  await using other = await Stage.of('v4.1');
  const keys = JSON.parse((await stage.call('/oauth/keys')).body) as JSONWebKeySet;
  const keySet = createLocalJWKSet(keys);
  const currentDate = new Date(stage.ks.world.clock.now());
  await expect(jwtVerify(await idTokenOf(stage, 'openid'), keySet, { currentDate })).resolves.toBeDefined();
  await expect(jwtVerify(await idTokenOf(other, 'openid'), keySet, { currentDate })).rejects.toThrow();
});
