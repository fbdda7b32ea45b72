import { expect, test } from 'vitest';
import { parseForm } from '../../src/oauth/form.js';
import { E, noStore, releaseOf, Tn, type Expected } from '../auth/forms.js';
import { client, password, Stage } from '../auth/stage.js';

test.for([
  [
    'a=1&b=2',
    [
      ['a', '1'],
      ['b', '2'],
    ],
    undefined,
  ],
  ['a=1&a=2', [['a', '1']], undefined],
  ['a=%41+b%2B', [['a', 'A b+']], undefined],
  [
    'a&=x&&b=',
    [
      ['a', ''],
      ['', 'x'],
      ['b', ''],
    ],
    undefined,
  ],
  ['a=%zz&b=1', [['b', '1']], 'invalid URL escape "%zz"'],
  ['a=%4', [], 'invalid URL escape "%4"'],
  ['a=%', [], 'invalid URL escape "%"'],
  ['a=1;b=2&c=3', [['c', '3']], 'invalid semicolon separator in query'],
  [
    'n=%C3%A9&m=é',
    [
      ['n', 'é'],
      ['m', 'é'],
    ],
    undefined,
  ],
  ['__proto__=x', [['__proto__', 'x']], undefined],
] as const)('reads %s as Go does', ([text, values, error]) => {
  const form = parseForm(Buffer.from(text), '/oauth/token');
  expect([...form.values]).toEqual(values);
  expect(form.error).toBe(error);
});

const badEscape: Readonly<Record<string, Expected>> = {
  '3.0': Tn(400, 'invalid URL escape "%zz"'),
  '3.1': Tn(400, 'invalid URL escape "%zz"'),
  '3.3': E(401, 'invalid_client', 'invalid URL escape "%zz"'),
  '3.4': E(401, 'invalid_client', 'invalid URL escape "%zz"'),
  '4.1': noStore(E(400, 'invalid_client', 'The provided client_id is invalid or does not exist.')),
};

test.for(Object.keys(badEscape))(
  'a form that cannot be read is refused in the way of %s',
  async (release) => {
    await using stage = await Stage.of(releaseOf(release));
    const answer = await stage.call('/oauth/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `client_id=kubesphere&client_secret=kubesphere&grant_type=password&x=%zz`,
    });
    expect([answer.status, answer.body]).toEqual([badEscape[release]?.status, badEscape[release]?.body]);
  },
);

test('an e-mail address logs in where a name does', async () => {
  await using stage = await Stage.of('v4.1', {
    users: [
      { name: 'alice', password, email: 'alice@a.example' },
      { name: 'nova', password },
    ],
  });
  expect((await stage.logIn('alice@a.example', password)).status).toBe(200);
  expect((await stage.logIn('ALICE@a.example', password)).status).toBe(400);
});

test('a provider nobody configured is an internal error in 4.1', async () => {
  await using stage = await Stage.of('v4.1');
  const answer = await stage.token({
    grant_type: 'password',
    username: 'alice',
    password,
    provider: 'nope',
    ...client,
  });
  expect([answer.status, answer.body]).toEqual([
    500,
    E(500, 'server_error', 'An internal server error occurred while processing the request.').body,
  ]);
});

test("a client's own ages count in 4.1 when both are set", async () => {
  const ages = { accessTokenMaxAgeSeconds: 700, accessTokenInactivityTimeoutSeconds: 600 };
  await using stage = await Stage.of('v4.1', {
    clients: [
      { name: 'short', secret: 's', trusted: true, ...ages },
      { name: 'half', secret: 's', trusted: true },
    ],
  });
  const secrets = { group: '', plural: 'secrets' };
  const { store } = stage.ks.world.host;
  const half = store.get(secrets, 'kubesphere-system', 'oauthclient-half').object;
  const text = 'name: half\nsecret: s\ntrusted: true\naccessTokenMaxAgeSeconds: 700\n';
  store.update(secrets, { ...half, data: { 'configuration.yaml': Buffer.from(text).toString('base64') } });
  const lives: [number, number][] = [];
  for (const name of ['short', 'half']) {
    const answer = await stage.token({
      grant_type: 'password',
      username: 'alice',
      password,
      client_id: name,
      client_secret: 's',
    });
    const { expires_in, refresh_token } = JSON.parse(answer.body) as {
      expires_in: number;
      refresh_token: string;
    };
    const claims = JSON.parse(Buffer.from(refresh_token.split('.')[1] ?? '', 'base64url').toString()) as {
      exp: number;
      iat: number;
    };
    lives.push([expires_in, claims.exp - claims.iat]);
  }
  expect(lives).toEqual([
    [700, 1300],
    [7200, 9000],
  ]);
});

test('a client is changed by changing its Secret', async () => {
  await using stage = await Stage.of('v4.1');
  const secrets = { group: '', plural: 'secrets' };
  const { store } = stage.ks.world.host;
  const login = { grant_type: 'password', username: 'alice', password, client_id: 'kubesphere' };
  expect((await stage.token({ ...login, client_secret: 'changed' })).status).toBe(401);
  const found = store.list(secrets).find(
    ({ object }) =>
      object['type'] === 'config.kubesphere.io/oauthclient' &&
      Buffer.from(String((object['data'] as Record<string, string>)['configuration.yaml']), 'base64')
        .toString()
        .includes('name: kubesphere'),
  );
  if (found === undefined) throw new Error('no client');
  const text = 'name: kubesphere\nsecret: changed\ntrusted: true\n';
  store.update(secrets, {
    ...found.object,
    data: { 'configuration.yaml': Buffer.from(text).toString('base64') },
  });
  expect((await stage.token({ ...login, client_secret: 'changed' })).status).toBe(200);
  expect((await stage.token({ ...login, client_secret: 'kubesphere' })).status).toBe(401);
});
