import { expect, test } from 'vitest';
import { startFakeKsApiserver, type InProcessFake } from '../../src/index.js';

const workspaces = '/kapis/tenant.kubesphere.io/v1beta1/workspacetemplates';
const userinfo = '/oauth/userinfo';

async function status(url: string, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(url, { headers });
  await answer.body?.cancel();
  return answer.status;
}

async function bearer(ks: InProcessFake, space?: string): Promise<{ Authorization: string }> {
  const from = space === undefined ? ks : await ks.space(space);
  return { Authorization: `Bearer ${await from.token()}` };
}

test('a request is for the space its path begins with', async () => {
  await using ks = await startFakeKsApiserver();
  const headers = await bearer(ks, 'a');
  expect(await status(`${ks.url}/__space/a${userinfo}`, headers)).toBe(200);
  expect(await status(`${ks.url}/__space/b${userinfo}`, headers)).toBe(401);
});

test('else for the one its header names', async () => {
  await using ks = await startFakeKsApiserver();
  const headers = await bearer(ks, 'a');
  expect(await status(ks.url + userinfo, { ...headers, 'X-Fake-Space': 'a' })).toBe(200);
  expect(await status(ks.url + userinfo, { ...headers, 'X-Fake-Space': 'b' })).toBe(401);
});

test('else for the one its token was minted in', async () => {
  await using ks = await startFakeKsApiserver();
  expect(await status(ks.url + userinfo, await bearer(ks, 'a'))).toBe(200);
  expect(await status(ks.url + userinfo, await bearer(ks))).toBe(200);
  const [inA, inMain] = [await ks.space('a'), ks];
  expect([(await inA.journal.entries()).length, (await inMain.journal.entries()).length]).toEqual([1, 1]);
});

test('two spaces mint different tokens in the same second', async () => {
  await using ks = await startFakeKsApiserver({ now: '2024-05-01T12:00:00Z' });
  expect(await bearer(ks, 'a')).not.toEqual(await bearer(ks, 'b'));
});

test('a space of a name mints the same tokens every time', async () => {
  await using first = await startFakeKsApiserver({ now: '2024-05-01T12:00:00Z' });
  await using second = await startFakeKsApiserver({ now: '2024-05-01T12:00:00Z' });
  expect(await bearer(first, 'a')).toEqual(await bearer(second, 'a'));
});

test('what is written in a space stays there', async () => {
  await using ks = await startFakeKsApiserver();
  const space = await ks.space('a');
  const headers = { ...(await bearer(ks, 'a')), 'Content-Type': 'application/json' };
  const body = JSON.stringify({
    apiVersion: 'tenant.kubesphere.io/v1beta1',
    kind: 'WorkspaceTemplate',
    metadata: { name: 'only-in-a' },
    spec: { template: { spec: { manager: 'admin' } } },
  });
  const created = await fetch(space.url + workspaces, { method: 'POST', headers, body });
  expect([created.status, await created.text()]).toEqual([200, expect.stringContaining('only-in-a')]);
  expect(await status(`${space.url}${workspaces}/only-in-a`, await bearer(ks, 'a'))).toBe(200);
  expect(await status(`${ks.url}${workspaces}/only-in-a`, await bearer(ks))).toBe(404);
  expect(await status(`${ks.url}/__space/b${workspaces}/only-in-a`, await bearer(ks, 'b'))).toBe(404);
});

test('a control request goes to the space of its path or header', async () => {
  await using ks = await startFakeKsApiserver({ now: '2024-05-01T12:00:00Z' });
  const init = { method: 'POST', body: '{"advance":"1h"}', headers: { 'Content-Type': 'application/json' } };
  await fetch(`${ks.url}/__space/a/__fake/clock`, init);
  await fetch(`${ks.url}/__fake/clock`, { ...init, headers: { ...init.headers, 'X-Fake-Space': 'a' } });
  expect(await (await ks.space('a')).clock.now()).toEqual(new Date('2024-05-01T14:00:00Z'));
  expect(await ks.clock.now()).toEqual(new Date('2024-05-01T12:00:00Z'));
});

test.for([
  ['/__space/a%2Fb/version', {}],
  ['/__space//version', {}],
  ['/__space/__proto__/version', {}],
  [`/__space/${'x'.repeat(64)}/version`, {}],
  ['/version', { 'X-Fake-Space': 'a b' }],
] as const)('a name that cannot be one is refused: %s %j', async ([path, headers]) => {
  await using ks = await startFakeKsApiserver();
  const answer = await fetch(ks.url + path, { headers });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ kind: 'Status', reason: 'BadRequest' });
});
