import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/index.js';

const json = { 'Content-Type': 'application/json' };

async function ask(url: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  expect(answer.headers.get('X-Fake-Ks-Apiserver')).toBe('0.1.0');
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('says what it is when it is ready', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', now: '2024-05-01T12:00:00Z' });
  expect(await ask(`${ks.controlUrl}/ready`)).toEqual({
    status: 200,
    body: {
      ready: true,
      version: '0.1.0',
      release: 'v3.4',
      clock: { now: '2024-05-01T12:00:00.000Z', frozen: true },
      requests: 0,
      spaces: [],
    },
  });
});

test('lists its endpoints', async () => {
  await using ks = await startFakeKsApiserver();
  const { body } = await ask(ks.controlUrl);
  expect((body as { endpoints: string[] }).endpoints).toContain(
    'POST /__fake/reset: puts the world back to what it was at start',
  );
});

/** Requests that are wrong, with status, reason and message of the refusal. */
test.for([
  ['GET', '/nope', undefined, 404, 'NotFound', 'there is no GET /__fake/nope'],
  ['GET', '/reset', undefined, 405, 'MethodNotAllowed', 'there is no GET /__fake/reset'],
  ['PUT', '/clock', '{}', 405, 'MethodNotAllowed', 'there is no PUT /__fake/clock'],
  ['POST', '/clock', '{"advance":', 400, 'BadRequest', 'Unexpected end of JSON input'],
  ['POST', '/clock', '[]', 400, 'BadRequest', /^body: must be one of \{"advance":"2h"\}/],
  ['POST', '/clock', '{"advance":"1h","set":"x"}', 400, 'BadRequest', /^body: must be one of/],
  [
    'POST',
    '/clock',
    '{"advance":"soon"}',
    400,
    'BadRequest',
    '"soon" is no duration; give seconds, or text such as 2h, 10m0s or -5m',
  ],
  [
    'POST',
    '/clock',
    '{"set":"soon"}',
    400,
    'BadRequest',
    '"soon" is no moment; give one such as 1970-01-01T00:00:00Z',
  ],
  ['POST', '/scenario', '{}', 400, 'BadRequest', 'body.scenarios: is missing; must be a list of scenarios'],
  [
    'POST',
    '/scenario',
    '{"scenarios":[]}',
    400,
    'BadRequest',
    'body.scenarios: must name a scenario, not a list',
  ],
  ['POST', '/scenario', '{"scenarios":["nope"]}', 400, 'BadRequest', /there is none called "nope"/],
  [
    'POST',
    '/scenario',
    '{"scenarios":["/etc/passwd"]}',
    400,
    'BadRequest',
    /^body\.scenarios\[0\]: is a path, /,
  ],
  [
    'POST',
    '/scenario',
    '{"scenarios":["package.json"]}',
    400,
    'BadRequest',
    /^body\.scenarios\[0\]: is a path, /,
  ],
  ['POST', '/scenario', '{"scenarios":[{"descripton":"x"}]}', 400, 'BadRequest', /^scenario: /],
  ['POST', '/faults', '{}', 400, 'BadRequest', 'this fault does nothing; give it delay, reset or status'],
  [
    'POST',
    '/faults',
    '{"status":99}',
    400,
    'BadRequest',
    'body.status: must be an HTTP status from 200 to 599, not 99',
  ],
  [
    'POST',
    '/faults',
    '{"status":503,"path":"kapis"}',
    400,
    'BadRequest',
    'body.path: must start with "/"; a "*" at the end matches any rest, not "kapis"',
  ],
  [
    'POST',
    '/faults',
    '{"status":503,"headers":{"X":"a\\r\\nY: b"}}',
    400,
    'BadRequest',
    /^body\.headers\.X: must be text of one line/,
  ],
  [
    'POST',
    '/faults',
    '{"status":503,"time":1}',
    400,
    'BadRequest',
    'body.time: unknown key; did you mean "times"?',
  ],
  [
    'POST',
    '/tokens',
    '{"user":"a","serviceAccount":"b/c"}',
    400,
    'BadRequest',
    'body: user and serviceAccount name two; give one of them',
  ],
  ['POST', '/tokens', '{"type":"access"}', 400, 'BadRequest', /^body\.type: must be one of access_token/],
  [
    'POST',
    '/tokens',
    '{"expiresIn":"x"}',
    400,
    'BadRequest',
    '"x" is not a duration such as 2h, 10m0s or -5m',
  ],
  ['POST', '/tokens', '{"__proto__":{"user":"x"}}', 400, 'BadRequest', 'body.__proto__: unknown key'],
  ['POST', '/tokens', '{"constructor":1}', 400, 'BadRequest', /^body\.constructor: unknown key/],
  ['GET', '/journal?limit=-1', undefined, 400, 'BadRequest', 'query.limit: must be a whole number, not "-1"'],
  [
    'GET',
    '/journal?limits=1',
    undefined,
    400,
    'BadRequest',
    'query.limits: unknown key; did you mean "limit"?',
  ],
  ['GET', '/world?cluster=nowhere', undefined, 400, 'BadRequest', /^"nowhere" is no cluster of this world/],
  ['POST', '/spaces', '{"name":"a b"}', 400, 'BadRequest', /^a space is named with up to 63 letters/],
  ['DELETE', '/spaces/nobody', undefined, 400, 'BadRequest', 'there is no space "nobody"'],
] as const)('refuses %s %s with %s', async ([method, path, body, status, reason, message]) => {
  await using ks = await startFakeKsApiserver();
  const init = body === undefined ? { method } : { method, body, headers: json };
  const answer = await ask(ks.controlUrl + path, init);
  const expected: unknown =
    typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message);
  expect(answer).toEqual({ status, body: { reason, message: expected, hint: expect.any(String) as string } });
});

test('refuses a body that is no JSON, as web pages can send it', async () => {
  await using ks = await startFakeKsApiserver();
  const answer = await ask(`${ks.controlUrl}/reset`, { method: 'POST', body: '{}' });
  expect(answer.status).toBe(204);
  const token = await ask(`${ks.controlUrl}/tokens`, { method: 'POST', body: '{}' });
  expect(token).toMatchObject({ status: 415, body: { reason: 'UnsupportedMediaType' } });
});

test('refuses a body above 3 MiB', async () => {
  await using ks = await startFakeKsApiserver();
  const body = JSON.stringify({ user: 'x'.repeat(4 * 1024 * 1024) });
  expect(await ask(`${ks.controlUrl}/tokens`, { method: 'POST', body, headers: json })).toMatchObject({
    status: 413,
    body: { reason: 'RequestEntityTooLarge' },
  });
});

test('keeps control requests out of the journal', async () => {
  await using ks = await startFakeKsApiserver();
  await ask(`${ks.controlUrl}/ready`);
  expect((await ask(`${ks.controlUrl}/journal`)).body).toEqual([]);
});
