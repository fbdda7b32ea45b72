import { expect, test } from 'vitest';
import { inRange, type ReleaseName } from '../../src/core/release.js';
import { banner } from '../../src/cli/banner.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { commandFor, guides } from './guide-commands.js';
import {
  printedComponents,
  printedListStart,
  printedLogin,
  printedLogin21,
  printedNode,
} from './printed-answers.js';
import { runCommand, type Outcome } from './run-command.js';

interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
}

function masked(text: string): string {
  return text.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<jwt>');
}

function segments(token: string): {
  readonly header: string;
  readonly claims: Readonly<Record<string, unknown>>;
} {
  const [header = '', payload = ''] = token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('utf8'));
  return { header, claims: JSON.parse(payload) as Record<string, unknown> };
}

function checkLogin(outcome: Outcome): TokenAnswer {
  expect(outcome.status, outcome.stderr).toBe(200);
  expect(outcome.head).toMatch(/^Content-Type: application\/json\r$/im);
  expect(masked(outcome.stdout)).toBe(printedLogin);
  return JSON.parse(outcome.stdout) as TokenAnswer;
}

/** The list begins with node3, byte for byte as printed up to where the guides cut it off. */
function checkNodes(outcome: Outcome, node = printedNode): void {
  expect(outcome.status, outcome.stderr).toBe(200);
  expect(outcome.head).toMatch(/^Content-Type: application\/json\r$/im);
  const wanted = printedListStart + node;
  expect(outcome.stdout.slice(0, wanted.length)).toBe(wanted);
  const list = JSON.parse(outcome.stdout) as {
    readonly items: readonly unknown[];
    readonly totalItems: number;
  };
  expect(Object.keys(list)).toEqual(['items', 'totalItems']);
  expect(list.totalItems).toBe(list.items.length);
}

/** What later releases print of the same node: no selfLink any more, and since 4.1 the kind of each item. */
function nodeOf(release: ReleaseName): string {
  const unlinked = inRange(release, { since: 'v3.4' })
    ? printedNode.replace(/ +"selfLink": .*\n/, '')
    : printedNode;
  const kind = '  {\n   "kind": "Node",\n   "apiVersion": "v1",\n';
  return inRange(release, { since: 'v4.1' }) ? unlinked.replace('  {\n', kind) : unlinked;
}

test('guide 000: 3.0 logs in without a client and answers tokens of the printed form', async () => {
  const { commands, server } = guides['000'];
  await using ks = await startFakeKsApiserver(server);
  const { access_token, refresh_token } = checkLogin(await runCommand(commandFor(commands.login, ks.url)));
  const [access, refresh] = [segments(access_token), segments(refresh_token)];
  expect(access.header).toBe('{"alg":"HS256","typ":"JWT"}');
  expect(Object.keys(access.claims)).toEqual(['username', 'uid', 'token_type', 'exp', 'iat', 'iss', 'nbf']);
  expect(access.claims).toMatchObject({ username: 'admin', token_type: 'access_token', iss: 'kubesphere' });
  expect(Number(access.claims['exp']) - Number(access.claims['iat'])).toBe(7200);
  expect(Object.keys(refresh.claims)).toEqual(Object.keys(access.claims));
  expect(refresh.claims['token_type']).toBe('refresh_token');
  expect(Number(refresh.claims['exp']) - Number(refresh.claims['iat'])).toBe(14_400);
});

test('guide 000: its call, cut short in print, is no path; completed it lists the nodes', async () => {
  const { commands, server } = guides['000'];
  await using ks = await startFakeKsApiserver(server);
  const { access_token } = checkLogin(await runCommand(commandFor(commands.login, ks.url)));
  const printed = commandFor(commands.call, ks.url, access_token);
  const outcome = await runCommand(printed);
  expect([outcome.status, outcome.stdout]).toEqual([404, '404: Page Not Found']);
  checkNodes(await runCommand(printed.replace("/kapis/'", "/kapis/resources.kubesphere.io/v1alpha3/nodes'")));
});

test('guide 001: 2.1 logs in with JSON and lists the components as printed', async () => {
  const { commands, server } = guides['001'];
  await using ks = await startFakeKsApiserver(server);
  const login = await runCommand(commandFor(commands.login, ks.url));
  expect(login.status, login.stderr).toBe(200);
  expect(masked(login.stdout)).toBe(printedLogin21);
  const { access_token } = JSON.parse(login.stdout) as TokenAnswer;
  const { header, claims } = segments(access_token);
  expect(header).toBe('{"alg":"HS256","typ":"JWT"}');
  expect(Object.keys(claims)).toEqual(['email', 'iat', 'username']);
  expect(claims).toMatchObject({ email: 'admin@kubesphere.io', username: 'admin' });
  const call = await runCommand(commandFor(commands.call, ks.url, access_token));
  expect(call.status, call.stderr).toBe(200);
  expect(call.head).toMatch(/^Content-Type: application\/json\r$/im);
  expect(call.stdout).toBe(printedComponents);
});

test('guide 002: 3.1 takes the login as printed, where a missing backslash loses the client', async () => {
  const { commands, server } = guides['002'];
  await using ks = await startFakeKsApiserver(server);
  const login = await runCommand(commandFor(commands.login, ks.url));
  // The shell takes the lines after the gap for a command of their own.
  expect(login.code).toBe(127);
  const { access_token } = checkLogin(login);
  checkNodes(await runCommand(commandFor(commands.call, ks.url, access_token)));
});

test.for<ReleaseName>(['v3.1', 'v3.3', 'v3.4', 'v4.1'])(
  'guide 002: with its backslash the login names the client, and %s takes it',
  async (release) => {
    const { commands } = guides['002'];
    await using ks = await startFakeKsApiserver({ release });
    const whole = commands.login.replace("w0rd'\n", "w0rd' \\\n");
    const { access_token } = checkLogin(await runCommand(commandFor(whole, ks.url)));
    checkNodes(await runCommand(commandFor(commands.call, ks.url, access_token)), nodeOf(release));
  },
);

test('guide 002: as printed, without the client, 3.3 refuses', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const login = await runCommand(commandFor(guides['002'].commands.login, ks.url));
  expect(login.status).toBe(401);
  expect(login.stdout).toBe(
    '{\n "error": "invalid_client",\n "error_description": "the OAuth client was not found"\n}',
  );
});

test('guide 003: Super Kubenetes logs in with its own client and lists nodes under its own name', async () => {
  const { commands, server } = guides['003'];
  await using ks = await startFakeKsApiserver(server);
  expect(ks.release).toBe('v3.3');
  const { access_token } = checkLogin(await runCommand(commandFor(commands.login, ks.url)));
  const printed = commandFor(commands.call, ks.url, access_token);
  const branded = await runCommand(printed.replace('Super Kubenetes.io', 'Super%20Kubenetes.io'));
  checkNodes(branded);
  const original = await runCommand(printed.replace('Super Kubenetes.io', 'kubesphere.io'));
  expect(original.stdout).toBe(branded.stdout);
});

test('guide 003: the URL with its space as printed is refused by curl itself, before anything is sent', async () => {
  const { commands, server } = guides['003'];
  await using ks = await startFakeKsApiserver(server);
  const outcome = await runCommand(commandFor(commands.call, ks.url, 'x'));
  // Older curls send the space as it is: see the test of the door.
  if (outcome.code === 0) expect(outcome.status).toBe(401);
  else expect([outcome.code, outcome.status]).toEqual([3, 0]);
});

test('guide 003: the client of KubeSphere itself is not known to the brand', async () => {
  const { commands, server } = guides['003'];
  await using ks = await startFakeKsApiserver(server);
  const outcome = await runCommand(
    commandFor(commands.login, ks.url).replaceAll('Super Kubenetes', 'kubesphere'),
  );
  expect(outcome.status).toBe(401);
  expect(outcome.stdout).toBe(
    '{\n "error": "invalid_client",\n "error_description": "the OAuth client was not found"\n}',
  );
});

test.for([
  ['000', '{"username":"admin","uid":"a9a62f91-ad6b-424e-b15a-e1d9726e341a","token_type":"access_token"}'],
  ['002', '{"username":"admin","uid":"a9a62f91-ad6b-424e-b15a-e1d9726e341a","token_type":"access_token"}'],
] as const)('guide %s: a token signed with a secret nobody knows is refused', async ([number, claims]) => {
  const { commands, server } = guides[number];
  await using ks = await startFakeKsApiserver(server);
  const parts = ['{"alg":"HS256","typ":"JWT"}', claims].map((part) =>
    Buffer.from(part).toString('base64url'),
  );
  const foreign = [...parts, 'Hcyf-CPMeq8XyQQLz5PO-oE1Rp1QVkOeV_5J2oX1hvU'].join('.');
  const outcome = await runCommand(commandFor(commands.call, ks.url, foreign));
  expect(outcome.status).toBe(401);
  expect(outcome.stdout).toContain('"message": "Unauthorized: signature is invalid"');
});

test('guide 003: the handle of a test and the banner log in with the client of the brand', async () => {
  await using ks = await startFakeKsApiserver(guides['003'].server);
  expect((await ks.login()).access_token).toMatch(/^eyJ/);
  const line = banner(ks)
    .split('\n')
    .find((each) => each.trim().startsWith('curl '));
  const outcome = await runCommand(line ?? '');
  expect(outcome.status, line).toBe(200);
});
