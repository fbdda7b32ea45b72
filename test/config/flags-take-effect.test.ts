import { expect, test } from 'vitest';
import { optionFlags } from '../../src/config/flags.js';
import { loadConfig } from '../../src/config/load-config.js';
import { startFakeKsApiserver, type InProcessFake } from '../../src/index.js';

/** A server started with the flags given. */
async function startWith(...argv: readonly string[]): Promise<InProcessFake> {
  const { options } = await loadConfig({ argv, environment: {}, options: optionFlags, own: [] });
  const { logLevel: _logLevel, json: _json, tlsPort: _tlsPort, ...world } = options;
  return startFakeKsApiserver({ ...world, port: 0 });
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

function lifeOf(token: string): number {
  const { exp, iat } = claimsOf(token);
  return Number(exp) - Number(iat);
}

test('--token-max-age and --inactivity-timeout set how long tokens live', async () => {
  await using ks = await startWith('--token-max-age', '10m', '--inactivity-timeout', '120');
  const { access_token, refresh_token = '', expires_in } = await ks.login();
  expect([lifeOf(access_token), lifeOf(refresh_token), expires_in]).toEqual([600, 720, 600]);
});

test('--refresh-token-max-age sets the whole life of refresh tokens', async () => {
  await using ks = await startWith('--token-max-age', '10m', '--refresh-token-max-age', '1h');
  const { access_token, refresh_token = '' } = await ks.login();
  expect([lifeOf(access_token), lifeOf(refresh_token)]).toEqual([600, 3600]);
});

test('--issuer names who issued tokens', async () => {
  await using ks = await startWith('--issuer', 'https://issuer.example');
  expect(claimsOf((await ks.login()).access_token)['iss']).toBe('https://issuer.example');
});

test('--now stands still at a moment', async () => {
  await using ks = await startWith('--now', '2024-05-01T12:00:00Z');
  expect(claimsOf((await ks.login()).access_token)['iat']).toBe(Date.parse('2024-05-01T12:00:00Z') / 1000);
});

test('--jwt-secret signs tokens', async () => {
  await using ks = await startWith('--jwt-secret', 'other');
  await using usual = await startWith();
  const token = await usual.token({ type: 'static_token' });
  const headers = { Authorization: `Bearer ${token}` };
  const ask = async (url: string): Promise<number> =>
    (await fetch(`${url}/kapis/version`, { headers })).status;
  expect([await ask(ks.url), await ask(usual.url)]).toEqual([401, 200]);
});

test('--no-multiple-login ends the session before', async () => {
  await using ks = await startWith('--no-multiple-login', '--now', '2024-05-01T12:00:00Z');
  const first = await ks.login();
  await ks.clock.advance('1s');
  const second = await ks.login();
  const ask = async (token: string): Promise<number> =>
    (await fetch(`${ks.url}/oauth/userinfo`, { headers: { Authorization: `Bearer ${token}` } })).status;
  expect([await ask(first.access_token), await ask(second.access_token)]).toEqual([401, 200]);
});

test('--rate-limit blocks a login after so many wrong passwords', async () => {
  await using ks = await startWith('--rate-limit', '2/10m');
  for (let tries = 0; tries < 3; tries += 1) await ks.login('jeff', 'wrong').catch(() => undefined);
  await expect(ks.login('jeff')).rejects.toThrow(/429|rate limit|blocked/i);
});

test('--user adds a login with a role', async () => {
  await using ks = await startWith('--user', 'jack:secret-of-jack:platform-admin');
  const { access_token } = await ks.login('jack', 'secret-of-jack');
  const headers = { Authorization: `Bearer ${access_token}` };
  expect((await fetch(`${ks.url}/kapis/resources.kubesphere.io/v1alpha3/nodes`, { headers })).status).toBe(
    200,
  );
});

test('--client adds an OAuth client', async () => {
  await using ks = await startWith('--client', 'portal:secret-of-portal,trusted=true');
  const body = new URLSearchParams({
    grant_type: 'password',
    username: 'admin',
    password: 'P@88w0rd',
    client_id: 'portal',
    client_secret: 'secret-of-portal',
  });
  expect((await fetch(`${ks.url}/oauth/token`, { method: 'POST', body })).status).toBe(200);
});

test.for(['nodes', 'namespaces', 'pods', 'users'])('--%s adds that many', async (kind) => {
  await using plain = await startWith();
  await using more = await startWith(`--${kind}`, '3', '--seed', '7');
  const count = async (ks: InProcessFake): Promise<number> => {
    const headers = { Authorization: `Bearer ${await ks.token({ type: 'static_token' })}` };
    const group = kind === 'users' ? 'iam.kubesphere.io/v1beta1' : 'resources.kubesphere.io/v1alpha3';
    const answer = await fetch(`${ks.url}/kapis/${group}/${kind}?limit=1`, { headers });
    return ((await answer.json()) as { totalItems: number }).totalItems;
  };
  expect((await count(more)) - (await count(plain))).toBeGreaterThanOrEqual(3);
});

test('--kube-version is what /version tells', async () => {
  await using ks = await startWith('--kube-version', 'v1.27.9');
  expect(await (await fetch(`${ks.url}/version`)).json()).toMatchObject({
    kubernetes: { gitVersion: 'v1.27.9' },
  });
});

test('--scenario starts in a situation', async () => {
  await using ks = await startWith('--scenario', 'disabled-user');
  await expect(ks.login('jeff')).rejects.toThrow(/refused with 4/);
});
