import { describe, expect, test } from 'vitest';
import type { Answer } from '../support/call.js';
import { anyRows, endpointRows, tokenRows, type Row } from './decision-rows.js';
import { noStore, releaseOf, T, type Columns, type Expected } from './forms.js';
import { basic, password, Stage, webRedirect } from './stage.js';

function check(answer: Answer, expected: Expected): void {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status: expected.status,
    body: expected.body,
  });
  const names = Object.keys(expected.headers);
  expect(Object.fromEntries(names.map((name) => [name, answer.headers[name]]))).toEqual(expected.headers);
}

/** A case per row and column. */
function cells(rows: readonly Row[]): (readonly [string, string, string, Row])[] {
  return rows.flatMap((row) =>
    Object.keys(row.answers).map((column) => [row.row, row.scenario, column, row] as const),
  );
}

describe('what is refused, in the words of each release', () => {
  test.for(cells([...tokenRows, ...anyRows, ...endpointRows]))(
    'row %s: %s, in %s',
    async ([, , column, row]) => {
      await using stage = await Stage.of(releaseOf(column));
      const expected = row.answers[column as keyof Columns];
      if (expected === undefined) throw new Error('no such cell');
      check(await row.ask(stage), expected);
      expect(stage.ks.world.journal.errors).toEqual([]);
    },
  );
});

describe('what is accepted', () => {
  test.for(['2.1', '3.0', '3.1', '3.3', '3.4', '4.1'])(
    'row 1: a login with the right password, in %s',
    async (column) => {
      await using stage = await Stage.of(releaseOf(column));
      const answer = await stage.logIn('alice', password);
      const body = JSON.parse(answer.body) as Record<string, unknown>;
      const keys =
        column === '2.1' ? ['access_token'] : ['access_token', 'token_type', 'refresh_token', 'expires_in'];
      expect(Object.keys(body)).toEqual(keys);
      expect(answer.body).toBe(JSON.stringify(body, null, 1));
      if (column !== '2.1') expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 7200 });
      const headers = { 'cache-control': column === '4.1' ? 'no-store' : undefined };
      check(answer, {
        status: 200,
        body: answer.body,
        headers: { 'content-type': 'application/json', ...headers },
      });
    },
  );

  test.for(['3.0', '3.1'])('rows 8 and 9: clients are not looked at in %s', async (column) => {
    await using stage = await Stage.of(releaseOf(column));
    const login = { grant_type: 'password', username: 'alice', password };
    expect((await stage.token(login)).status).toBe(200);
    expect((await stage.token({ ...login, client_id: 'nope', client_secret: 'nope' })).status).toBe(200);
  });

  test.for(['2.1', '3.0', '3.1'])('row 17: an access token refreshes in %s', async (column) => {
    await using stage = await Stage.of(releaseOf(column));
    expect((await stage.refresh(stage.mint())).status).toBe(200);
  });

  const accepted: readonly (readonly [string, string, readonly string[], (stage: Stage) => string])[] = [
    [
      '23',
      'the token of a deleted user',
      ['2.1', '3.0'],
      (stage) => {
        const token = stage.mint();
        stage.remove('alice');
        return token;
      },
    ],
    [
      '24',
      'the token of a disabled user',
      ['2.1', '3.0', '3.1'],
      (stage) => {
        stage.setStatus('alice', { state: 'Disabled' });
        return stage.mint();
      },
    ],
    [
      '25',
      'the token of a rate-limited user',
      ['2.1', '3.0', '3.1', '3.3', '3.4', '4.1'],
      (stage) => {
        stage.setStatus('alice', { state: 'AuthLimitExceeded' });
        return stage.mint();
      },
    ],
    [
      '26',
      'a refresh token',
      ['2.1', '3.0', '3.1', '3.3', '3.4', '4.1'],
      (stage) => stage.mint({ type: 'refresh_token' }),
    ],
    [
      '26',
      'an authorization code',
      ['3.3', '3.4', '4.1'],
      (stage) => stage.mint({ type: 'code', clientId: 'web' }),
    ],
  ];
  const acceptedCells = accepted.flatMap(([row, what, columns, make]) =>
    columns.map((column) => [row, what, column, make] as const),
  );
  test.for(acceptedCells)('row %s: %s as Bearer, in %s', async ([, , column, make]) => {
    await using stage = await Stage.of(releaseOf(column));
    const answer = await stage.as(
      `Bearer ${make(stage)}`,
      '/kapis/config.kubesphere.io/v1alpha2/configs/oauth',
    );
    expect(answer.status).not.toBe(401);
    expect(stage.ks.world.journal.entries.at(-1)?.user).toBe('alice');
  });

  test.for(['3.0', '3.1', '3.3', '3.4', '4.1'])('a Basic header logs in, in %s', async (column) => {
    await using stage = await Stage.of(releaseOf(column));
    await stage.as(basic('alice', password), '/kapis/config.kubesphere.io/v1alpha2/configs/oauth');
    expect(stage.ks.world.journal.entries.at(-1)?.user).toBe('alice');
  });

  test.for(['3.0', '3.1'])('row 34: authorize gives an anonymous caller a token, in %s', async (column) => {
    await using stage = await Stage.of(releaseOf(column));
    const answer = await stage.authorize({
      client_id: 'web',
      response_type: 'token',
      redirect_uri: webRedirect,
    });
    const location = String(answer.headers['location']);
    expect(location).toMatch(
      /^https:\/\/web\.example\.com\/cb#access_token=[^&]+&token_type=Bearer&expires_in=7200$/,
    );
    check(answer, { status: 302, body: '', headers: { 'content-type': 'text/plain' } });
    const token = /access_token=([^&]+)/.exec(location)?.[1] ?? '';
    const used = await stage.as(`Bearer ${token}`);
    if (column === '3.0') expect(used.status).not.toBe(401);
    else expect(used.body).toContain('user.iam.kubesphere.io \\"system:anonymous\\" not found');
  });
});

test('row 13: 4.1 answers 406 to a POST with neither body nor content type', async () => {
  await using stage = await Stage.of('v4.1');
  const answer = await stage.call('/oauth/authenticate', { method: 'POST' });
  check(answer, T(406, '406: Not Acceptable\n\nAvailable representations: '));
});

test('row 45: 3.0 refuses the callback of an unknown provider where the real one hangs up', async () => {
  await using stage = await Stage.of('v3.0');
  check(
    await stage.call('/oauth/callback/nope?code=1'),
    T(401, 'Unauthorized: the identity provider was not found'),
  );
});

test('4.1 forbids caching of refusals too, but not of what the router or the filter refuses', async () => {
  await using stage = await Stage.of('v4.1');
  const refused = await stage.logIn('alice', 'wrong');
  check(refused, noStore({ status: 400, body: refused.body, headers: {} }));
  const elsewhere = [await stage.call('/oauth/token'), await stage.as('Bearer x', '/oauth/token')];
  expect(elsewhere.map(({ status, headers }) => [status, headers['cache-control']])).toEqual([
    [405, undefined],
    [401, undefined],
  ]);
});
