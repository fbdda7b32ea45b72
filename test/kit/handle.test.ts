import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  connectFakeKsApiserver,
  InputError,
  startFakeKsApiserver,
  type FakeKsApiserver,
} from '../../src/index.js';

/** A hand on a fake in this process, and one on a fake behind HTTP: they do the same. */
const hands: readonly (readonly [name: string, open: () => Promise<FakeKsApiserver>])[] = [
  ['in this process', () => startFakeKsApiserver({ now: '2024-05-01T12:00:00Z' })],
  [
    'over HTTP',
    async () => {
      const server = await startFakeKsApiserver({ now: '2024-05-01T12:00:00Z' });
      const remote = await connectFakeKsApiserver(server.url);
      const close = (): Promise<void> => server.close();
      return { ...remote, close, [Symbol.asyncDispose]: close };
    },
  ],
];

async function statusOf({ url }: FakeKsApiserver, token: string): Promise<number> {
  const answer = await fetch(`${url}/oauth/userinfo`, { headers: { Authorization: `Bearer ${token}` } });
  await answer.body?.cancel();
  return answer.status;
}

test.for(hands)('logs in %s', async ([, open]) => {
  await using ks = await open();
  const { access_token, token_type } = await ks.login();
  expect([token_type, await statusOf(ks, access_token)]).toEqual(['Bearer', 200]);
  await expect(ks.login('admin', 'wrong')).rejects.toThrow(/^login of admin was refused with 4\d\d: /);
});

test.for(hands)('mints tokens %s', async ([, open]) => {
  await using ks = await open();
  expect(await statusOf(ks, await ks.token())).toBe(200);
  expect(await statusOf(ks, await ks.token({ user: 'jeff' }))).toBe(200);
  expect(await statusOf(ks, await ks.token({ expiresIn: '-5m' }))).toBe(401);
  expect(await statusOf(ks, await ks.token({ key: 'wrong' }))).toBe(401);
  expect(await statusOf(ks, await ks.token({ alg: 'none' }))).toBe(401);
  expect(await statusOf(ks, await ks.token({ remembered: false }))).toBe(401);
  expect(await statusOf(ks, await ks.token({ garbage: true }))).toBe(401);
  expect((await ks.serviceAccountToken('shop', 'robot')).split('.')).toHaveLength(3);
  await expect(ks.token({ expiresIn: 'soon' })).rejects.toThrow('"soon" is not a duration');
});

test.for(hands)('refuses requests that say nothing it knows %s', async ([, open]) => {
  await using ks = await open();
  const token = (request: unknown) => () => ks.token(request as object);
  const kubeconfig = (request: unknown) => () => ks.kubeconfig(request as object);
  const wrong: readonly (readonly [call: () => Promise<unknown>, message: string])[] = [
    [token({ usr: 'x' }), 'usr: unknown key; did you mean "user"?'],
    [token({ type: 'nix' }), 'type: must be one of access_token'],
    [token({ alg: 'ES256' }), 'alg: must be one of HS256'],
    [token({ user: '' }), 'user: must not be empty'],
    [token({ user: 'a', serviceAccount: 'b/c' }), 'user and serviceAccount name two; give one of them'],
    [kubeconfig({ serviceaccount: 'shop/robot' }), 'did you mean "serviceAccount"?'],
    [kubeconfig({ serviceAccount: 'robot' }), 'serviceAccount: must be NAMESPACE/NAME'],
    [kubeconfig({ user: 'a', serviceAccount: 'b/c' }), 'user and serviceAccount name two; give one of them'],
    [kubeconfig({ user: 'nobody' }), 'user: the server knows no user "nobody"'],
    [kubeconfig({ cluster: 'nope' }), 'cluster: the server knows no cluster "nope"'],
    [
      kubeconfig({ serviceAccount: 'default/nope' }),
      'serviceAccount: the server knows no ServiceAccount "default/nope"',
    ],
    [() => ks.fault({ pth: '/x', status: 500 } as object), 'pth: unknown key; did you mean "path"?'],
    [() => ks.fault({ status: 99 }), 'status: must be an HTTP status from 200 to 599'],
    [() => ks.journal.entries({ error: true } as object), 'error: unknown key; did you mean "errors"?'],
    [() => ks.clock.set(5 as unknown as string), '5 is no moment'],
    [() => ks.clock.freeze(new Date(Number.NaN)), 'is no moment'],
    [() => ks.settle('soon'), '"soon" is no duration'],
  ];
  for (const [call, message] of wrong) {
    const error: unknown = await call().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toContain(message);
  }
});

test('mints nothing for a server, or a space of it, that is closed', async () => {
  const ks = await startFakeKsApiserver();
  const [one, other] = [await ks.space('one'), await ks.space('other')];
  await one.close();
  await expect(one.token()).rejects.toThrow('this fake is closed');
  expect(await other.token()).not.toBe('');
  await ks.close();
  for (const closed of [ks, other]) await expect(closed.token()).rejects.toThrow('this fake is closed');
});

test.for(hands)('moves the clock %s', async ([, open]) => {
  await using ks = await open();
  expect(await ks.clock.now()).toEqual(new Date('2024-05-01T12:00:00Z'));
  expect(await ks.clock.advance('2h')).toEqual({ now: '2024-05-01T14:00:00.000Z', frozen: true });
  expect(await ks.clock.advance(-60)).toEqual({ now: '2024-05-01T13:59:00.000Z', frozen: true });
  expect(await ks.clock.set(new Date('2025-01-01T00:00:00Z'))).toEqual({
    now: '2025-01-01T00:00:00.000Z',
    frozen: true,
  });
  expect((await ks.clock.resume()).frozen).toBe(false);
  expect(await ks.clock.freeze('2026-01-01T00:00:00Z')).toEqual({
    now: '2026-01-01T00:00:00.000Z',
    frozen: true,
  });
  await expect(ks.clock.advance('soon')).rejects.toThrow('"soon" is no duration');
  await expect(ks.clock.set('soon')).rejects.toThrow('"soon" is no moment');
});

test.for(hands)('arms and clears faults %s', async ([, open]) => {
  await using ks = await open();
  const token = await ks.token();
  await ks.fault({ name: 'away', path: '/oauth/*', status: 503, times: 1 });
  expect([await statusOf(ks, token), await statusOf(ks, token)]).toEqual([503, 200]);
  await ks.fault({ name: 'away', status: 500 });
  await ks.clearFaults('other');
  expect(await statusOf(ks, token)).toBe(500);
  await ks.clearFaults('away');
  expect(await statusOf(ks, token)).toBe(200);
  await expect(ks.fault({ path: '/x' })).rejects.toThrow(
    'this fault does nothing; give it delay, reset or status',
  );
});

test.for(hands)('keeps a journal %s', async ([, open]) => {
  await using ks = await open();
  await statusOf(ks, await ks.token());
  await ks.fault({ name: 'away', status: 503, times: 1 });
  await statusOf(ks, 'x');
  const entries = await ks.journal.entries();
  expect(entries.map(({ method, url, status, user }) => [method, url, status, user])).toEqual([
    ['GET', '/oauth/userinfo', 200, 'admin'],
    ['GET', '/oauth/userinfo', 503, ''],
  ]);
  expect(await ks.journal.entries({ limit: 1 })).toEqual(entries.slice(1));
  expect((await ks.journal.entries({ noted: true })).map(({ id }) => id)).toEqual([2]);
  expect(await ks.journal.errors()).toEqual([]);
  await ks.journal.clear();
  expect(await ks.journal.entries()).toEqual([]);
});

test.for(hands)('resets %s to what it was at start', async ([, open]) => {
  await using ks = await open();
  const { access_token } = await ks.login();
  await ks.clock.advance('1h');
  await ks.fault({ status: 500 });
  await ks.reset();
  expect(await ks.clock.now()).toEqual(new Date('2024-05-01T12:00:00Z'));
  expect(await statusOf(ks, access_token)).toBe(401);
});

test.for(hands)('applies scenarios %s and hands over their tokens', async ([, open]) => {
  await using ks = await open();
  const { applied, tokens } = await ks.scenario('expired-token', 'disabled-user');
  expect(applied).toEqual(['expired-token', 'disabled-user']);
  for (const token of Object.values(tokens)) expect(await statusOf(ks, token)).not.toBe(200);
  await expect(ks.login('jeff')).rejects.toThrow('refused');
  await expect(ks.scenario('expired-tokn')).rejects.toThrow('did you mean "expired-token"?');
});

test.for(hands)('takes a scenario file of the test %s', async ([, open]) => {
  await using ks = await open();
  const file = join(mkdtempSync(join(tmpdir(), 'scenario-')), 'away.yaml');
  writeFileSync(file, 'description: Away.\nfaults:\n  - { status: 503 }\n');
  expect((await ks.scenario('disabled-user', file)).applied).toEqual(['disabled-user', file]);
  expect(await statusOf(ks, await ks.token())).toBe(503);
  await ks.clearFaults('away');
  expect(await statusOf(ks, await ks.token())).toBe(200);
  await expect(ks.scenario('/no/such.yaml')).rejects.toThrow('/no/such.yaml: cannot be read');
});

test.for(hands)('takes a scenario as a value %s', async ([, open]) => {
  await using ks = await open();
  await ks.scenario({ description: 'Jack is new.', users: [{ name: 'jack', password: 'secret-of-jack' }] });
  expect((await ks.login('jack', 'secret-of-jack')).access_token).not.toBe('');
});

test.for(hands)('exports the world %s as kubectl lists it', async ([, open]) => {
  await using ks = await open();
  const { apiVersion, kind, items } = await ks.exportWorld();
  expect([apiVersion, kind]).toEqual(['v1', 'List']);
  expect(items.some((item) => item.kind === 'Node' && item.metadata.name === 'node3')).toBe(true);
  expect((await ks.exportWorld('member-1')).items.every((item) => item.metadata.name !== 'node3')).toBe(true);
  await expect(ks.exportWorld('nowhere')).rejects.toThrow(
    '"nowhere" is no cluster of this world; it has host',
  );
});

test.for(hands)('opens spaces %s that share nothing with the rest', async ([, open]) => {
  await using ks = await open();
  const space = await ks.space('worker-1');
  await space.clock.advance('1h');
  await space.fault({ status: 503 });
  expect(await statusOf(space, await space.token())).toBe(503);
  expect(await statusOf(ks, await ks.token())).toBe(200);
  expect((await ks.journal.entries()).length).toBe(1);
  expect(await ks.clock.now()).toEqual(new Date('2024-05-01T12:00:00Z'));
  await space.close();
  const again = await ks.space('worker-1');
  expect(await again.clock.now()).toEqual(new Date('2024-05-01T12:00:00Z'));
});

test('shows its world in this process, another one after a reset', async () => {
  await using ks = await startFakeKsApiserver();
  const before = ks.world;
  await ks.reset();
  expect(ks.world).not.toBe(before);
  expect(ks.world.passwords.get('admin')).toContain('P@88w0rd');
});

test('starts again in the scenarios it was started with after a reset', async () => {
  await using ks = await startFakeKsApiserver({ scenarios: ['disabled-user'] });
  await ks.reset();
  await expect(ks.login('jeff')).rejects.toThrow('refused');
});

test('closes twice, and ends connections that are open', async () => {
  const ks = await startFakeKsApiserver();
  await ks.fault({ delay: '1h' });
  const hanging = fetch(ks.url).catch(() => 'cut');
  while ((await ks.journal.entries()).length === 0) await new Promise(setImmediate);
  await ks.close();
  await ks.close();
  expect(await hanging).toBe('cut');
});

test('connecting where nothing listens says what to do', async () => {
  const ks = await startFakeKsApiserver();
  await ks.close();
  await expect(connectFakeKsApiserver(ks.url)).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:\d+: nothing answers \(.*\); start one with fake-ks-apiserver serve$/,
  );
});

test('servers in one process share nothing', async () => {
  await using first = await startFakeKsApiserver();
  await using second = await startFakeKsApiserver();
  const { access_token } = await first.login();
  expect([await statusOf(first, access_token), await statusOf(second, access_token)]).toEqual([200, 401]);
});
