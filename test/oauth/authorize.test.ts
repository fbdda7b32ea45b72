import { expect, test } from 'vitest';
import { form } from '../support/call.js';
import { R, releaseOf } from '../auth/forms.js';
import { basic, password, Stage, webRedirect } from '../auth/stage.js';

const base = { client_id: 'web', redirect_uri: webRedirect, scope: 'openid' };
const jwt = '[\\w-]+\\.[\\w-]+\\.[\\w-]+';
const unsupported = 'error=unsupported_response_type';
const unsupported41 = `${unsupported}&error_description=The\\+provided\\+response_type\\+is\\+not\\+supported\\+by\\+the\\+authorization\\+server\\.`;

/** Release, parameters, pattern of the Location. */
const cases: readonly (readonly [string, Record<string, string>, string])[] = [
  [
    '3.0',
    { ...base, response_type: 'token', state: 's' },
    `#access_token=${jwt}&token_type=Bearer&expires_in=7200`,
  ],
  [
    '3.1',
    { ...base, response_type: 'token', state: 's' },
    `#access_token=${jwt}&token_type=Bearer&expires_in=7200`,
  ],
  ...(['3.3', '3.4'] as const).flatMap((release): [string, Record<string, string>, string][] => [
    [release, { ...base, response_type: 'code', state: 's' }, `\\?code=${jwt}`],
    [
      release,
      { ...base, response_type: 'token', state: 's' },
      `#access_token=${jwt}&expires_in=7200&refresh_token=${jwt}&token_type=Bearer`,
    ],
    [release, { ...base, response_type: 'id_token' }, `\\?${unsupported}`],
    [release, { ...base, response_type: '', state: 'a b' }, `\\?${unsupported}&state=a\\+b`],
    [release, { ...base, response_type: 'code token' }, `\\?${unsupported}`],
    [release, { ...base, response_type: 'code', scope: 'bogus' }, `\\?code=${jwt}`],
  ]),
  ['4.1', { ...base, response_type: 'code', state: 's' }, `\\?code=${jwt}&state=s`],
  ['4.1', { ...base, response_type: 'code' }, `\\?code=${jwt}`],
  ['4.1', { ...base, response_type: 'id_token', nonce: 'n', state: 's' }, `#id_token=${jwt}&state=s`],
  ['4.1', { ...base, response_type: 'token' }, `\\?${unsupported41}`],
  ['4.1', { ...base, response_type: '' }, `\\?${unsupported41}`],
  [
    '4.1',
    { ...base, response_type: 'code token' },
    `\\?${unsupported}&error_description=The\\+provided\\+response_type\\+code\\+token\\+is\\+not.*`,
  ],
  [
    '4.1',
    { ...base, response_type: 'code', client_id: 'denying' },
    '\\?error=invalid_grant&error_description=The\\+resource\\+owner\\+or\\+authorization\\+server\\+denied\\+the\\+request\\.',
  ],
  [
    '4.1',
    { ...base, response_type: 'code', client_id: 'asking', prompt: 'none' },
    '\\?error=interaction_required&error_description=Consent\\+is\\+required\\+before\\+proceeding\\+with\\+the\\+request\\.',
  ],
  ['4.1', { ...base, response_type: 'code', client_id: 'asking' }, `\\?code=${jwt}`],
  ['4.1', { ...base, response_type: 'code', client_id: 'asking', prompt: 'login' }, `\\?code=${jwt}`],
  ['4.1', { ...base, response_type: 'code', prompt: 'none' }, `\\?code=${jwt}`],
];

test.for(cases)('%s sends %o to %s', async ([release, values, pattern]) => {
  await using stage = await Stage.of(releaseOf(release));
  const answer = await stage.authorize(values, `Bearer ${stage.mint()}`);
  const location = String(answer.headers['location']);
  expect(answer.status).toBe(302);
  expect(location).toMatch(new RegExp(`^${webRedirect.replaceAll('.', '\\.')}${pattern}$`));
  if (release === '3.0' || release === '3.1')
    expect([answer.headers['content-type'], answer.body]).toEqual(['text/plain', '']);
  else expect(answer.body).toBe(R(location).body);
});

test('4.1 stops without an answer when an id token is asked for without nonce', async () => {
  await using stage = await Stage.of('v4.1');
  const answer = await stage.authorize({ ...base, response_type: 'id_token' }, `Bearer ${stage.mint()}`);
  expect([answer.status, answer.body, answer.headers['content-type']]).toEqual([200, '', undefined]);
});

test.for(['3.3', '3.4', '4.1'])('a POST is redirected without a page (%s)', async (release) => {
  await using stage = await Stage.of(releaseOf(release));
  const sent = form({ ...base, response_type: 'code' });
  const answer = await stage.call('/oauth/authorize', {
    ...sent,
    headers: { ...sent.headers, Authorization: `Bearer ${stage.mint()}` },
  });
  expect([answer.status, answer.body, answer.headers['content-type']]).toEqual([302, '', undefined]);
});

test('Basic works at authorize', async () => {
  await using stage = await Stage.of('v3.3');
  const answer = await stage.authorize({ ...base, response_type: 'code' }, basic('alice', password));
  expect(String(answer.headers['location'])).toContain('?code=');
});

test.for(['3.0', '3.1'])('a star redirect without redirect_uri is taken literally (%s)', async (release) => {
  await using stage = await Stage.of(releaseOf(release));
  const answer = await stage.authorize(
    { client_id: 'default', response_type: 'token' },
    `Bearer ${stage.mint()}`,
  );
  expect(String(answer.headers['location'])).toMatch(/^\/oauth\/\*#access_token=/);
});

test('the star takes any redirect in 3.x and none in 4.1', async () => {
  const anywhere = {
    clients: [{ name: 'any', secret: 's', redirectURIs: ['*'], scopeRestrictions: ['openid'] }],
  };
  const values = {
    client_id: 'any',
    response_type: 'code',
    redirect_uri: 'https://x.example/cb?a=1',
    scope: 'openid',
  };
  await using old = await Stage.of('v3.4', anywhere);
  const taken = await old.authorize(values, `Bearer ${old.mint()}`);
  expect(String(taken.headers['location'])).toMatch(/^https:\/\/x\.example\/cb\?a=1&code=/);
  await using current = await Stage.of('v4.1', anywhere);
  expect((await current.authorize(values, `Bearer ${current.mint()}`)).status).toBe(400);
});

test('the stock client of 4.1 has nowhere to go', async () => {
  await using stage = await Stage.of('v4.1');
  const answer = await stage.authorize(
    { client_id: 'kubesphere', response_type: 'code', scope: 'openid' },
    `Bearer ${stage.mint()}`,
  );
  expect([answer.status, answer.body]).toEqual([
    400,
    '{\n "error": "invalid_request",\n "error_description": "Redirect URI is not allowed."\n}',
  ]);
});

test('an error replaces the query of the redirect', async () => {
  const redirect = 'https://web.example.com/cb?keep=1';
  await using stage = await Stage.of('v3.4', {
    clients: [{ name: 'q', secret: 's', redirectURIs: [redirect] }],
  });
  const answer = await stage.authorize({ client_id: 'q', response_type: 'magic' }, `Bearer ${stage.mint()}`);
  expect(answer.headers['location']).toBe(
    'https://web.example.com/cb?error=invalid_request&error_description=Some+requested+response+types+were+invalid',
  );
});

test('line breaks in parameters do not get into headers', async () => {
  await using stage = await Stage.of('v3.4', {
    clients: [{ name: 'any', secret: 's', redirectURIs: ['*'] }],
  });
  const evil = { client_id: 'any', response_type: 'code', redirect_uri: 'https://x/\r\nSet-Cookie: a=b' };
  const refused = await stage.authorize(evil, `Bearer ${stage.mint()}`);
  expect([refused.status, refused.headers['set-cookie']]).toEqual([400, undefined]);
  const state = await stage.authorize(
    { client_id: 'any', redirect_uri: webRedirect, response_type: '', state: 'a\r\nSet-Cookie: a=b' },
    `Bearer ${stage.mint()}`,
  );
  expect([state.status, state.headers['set-cookie']]).toEqual([302, undefined]);
});
