import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startFakeKsApiserver } from '../../src/index.js';
import { startCli } from '../support/cli-process.js';
import { runLine } from '../support/command-line.js';

/** Runs a command that must succeed without a word on stderr. */
async function output(argv: readonly string[], environment: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await runLine(argv, environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

function part(token: string, at: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

test('lists its commands', async () => {
  const commands = ['serve', 'token', 'scenarios', 'world', 'coverage', 'healthcheck'];
  for (const argv of [['--help'], ['-h'], ['help']]) {
    const help = await output(argv);
    for (const command of commands) expect(help).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  }
});

test.for(['serve', 'token', 'scenarios', 'world', 'coverage', 'healthcheck'])(
  '%s --help tells its flags',
  async (command) => {
    expect(await output([command, '--help'])).toMatch(
      new RegExp(`^Usage: fake-ks-apiserver \\[?${command}\\]?[^]*\\n {2}--`),
    );
  },
);

test('prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await output(['--version'])).toBe(`${version}\n`);
});

const now = ['--now', '2024-05-01T12:00:00Z'];
const noon = Date.parse('2024-05-01T12:00:00Z') / 1000;

/** Flags of `token`, with what the token must hold. */
test.for([
  [[], { alg: 'HS256' }, { username: 'admin', token_type: 'access_token', iat: noon, exp: noon + 7200 }],
  [['--user', 'jack', '--expires-in', '-5m'], {}, { username: 'jack', exp: noon - 300 }],
  [['--expires-in', '90'], {}, { exp: noon + 90 }],
  [['--type', 'refresh'], {}, { token_type: 'refresh_token' }],
  [['--type', 'static'], {}, { token_type: 'static_token' }],
  [['--type', 'id', '--client-id', 'portal'], { alg: 'RS256' }, { token_type: 'id_token', aud: ['portal'] }],
  [['--alg', 'none'], { alg: 'none' }, {}],
  [['--issuer', 'http://other'], {}, { iss: 'http://other' }],
  [['--issued-at', '1h'], {}, { iat: noon + 3600 }],
  [['--release', 'v3.1', '--not-before', '1h'], {}, { nbf: noon + 3600 }],
  [
    ['--serviceaccount', 'shop/deployer'],
    {},
    { username: 'kubesphere:serviceaccount:shop:deployer', token_type: 'static_token' },
  ],
] as const)('token %j', async ([argv, header, claims]) => {
  const token = (await output(['token', ...now, ...argv])).trimEnd();
  expect(part(token, 0)).toMatchObject(header);
  expect(part(token, 1)).toMatchObject(claims);
});

test('token signs with a wrong key, or a given one', async () => {
  const signature = async (...argv: readonly string[]): Promise<string | undefined> =>
    (await output(['token', ...now, ...argv])).trimEnd().split('.')[2];
  const [right, wrong, given] = [
    await signature(),
    await signature('--key', 'wrong'),
    await signature('--key', 'secret'),
  ];
  expect(new Set([right, wrong, given]).size).toBe(3);
  expect(await signature('--jwt-secret', 'secret')).toBe(given);
});

test('token prints garbage on request', async () => {
  expect(await output(['token', '--garbage'])).not.toContain('.');
});

test.for([
  [['--type', 'acces'], '--type: unknown type "acces"; did you mean "access"?'],
  [['--alg', 'HS255'], '--alg: unknown algorithm "HS255"; did you mean "HS256"?'],
  [
    ['--expires-in', 'soon'],
    '--expires-in: must be a duration: seconds, or text such as 2h, 10m0s or -5m, not "soon"',
  ],
  [['--serviceaccount', 'robot'], '--serviceaccount: must be NAMESPACE/NAME, not "robot"'],
  [['--frobnicate'], '--frobnicate: unknown flag; see --help'],
] as const)('token %j is refused', async ([argv, line]) => {
  expect(await runLine(['token', ...argv])).toEqual({
    code: 2,
    stdout: '',
    stderr: `fake-ks-apiserver: ${line}\n`,
  });
});

test('a token minted by a running server is accepted there', async () => {
  await using ks = await startFakeKsApiserver();
  const ask = async (token: string): Promise<number> =>
    (await fetch(`${ks.url}/oauth/userinfo`, { headers: { Authorization: `Bearer ${token.trimEnd()}` } }))
      .status;
  expect(await ask(await output(['token', '--url', ks.url]))).toBe(200);
  expect(await ask(await output(['token'], { FAKE_KS_URL: ks.url }))).toBe(200);
  expect(await ask(await output(['token', '--url', ks.url, '--forgotten', '--expires-in', '1h']))).toBe(401);
  expect(await ask(await output(['token', '--type', 'static']))).toBe(200);
});

test('scenarios lists what comes with the package, one a line', async () => {
  const lines = (await output(['scenarios'])).trimEnd().split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(16);
  for (const line of lines) expect(line).toMatch(/^[a-z0-9-]+ +[A-Z].+$/);
});

test('scenarios checks a file', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'fake-ks-scenario-')), 'mine.yaml');
  writeFileSync(file, 'description: Jack is new.\nusers:\n  - name: jack\n    passwrd: x\n');
  const { code, stderr } = await runLine(['scenarios', file]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${file}:`);
});

test('world prints what can be loaded again, as YAML and as JSON', async () => {
  const yaml = await output(['world', '--world', 'empty']);
  const json = await output(['world', '--world', 'empty', '--json']);
  const list = JSON.parse(json) as { kind: string; items: object[] };
  expect(list.kind).toBe('List');
  expect(parse(yaml)).toEqual(list);
});

test('world prints that of a running server', async () => {
  await using ks = await startFakeKsApiserver();
  const list = JSON.parse(await output(['world', '--json', '--url', ks.url])) as {
    items: { kind: string }[];
  };
  expect(list.items.filter(({ kind }) => kind === 'Node')).toHaveLength(5);
});

test.for([
  ['user', 'admin', 0],
  ['user', 'nope', 2],
  ['cluster', 'host', 0],
  ['cluster', 'member-1', 0],
  ['cluster', 'nope', 2],
  ['serviceaccount', 'shop/deployer', 0],
  ['serviceaccount', 'shop/nope', 2],
] as const)('kubeconfig is of what the server knows: --%s %s', async ([flag, name, code]) => {
  await using ks = await startFakeKsApiserver({ tlsPort: 0 });
  const done = await runLine(['kubeconfig', '--url', ks.url, `--${flag}`, name]);
  const what = flag === 'serviceaccount' ? 'ServiceAccount' : flag;
  const stderr = `fake-ks-apiserver: --${flag}: the server knows no ${what} "${name}"\n`;
  expect(done).toMatchObject({ code, stderr: code === 0 ? '' : stderr });
});

test('healthcheck tells whether a server is ready', async () => {
  const ks = await startFakeKsApiserver();
  expect(await output(['healthcheck', '--url', ks.url])).toBe(`${ks.url} is ready\n`);
  expect(await output(['healthcheck'], { FAKE_KS_PORT: new URL(ks.url).port })).toBe(`${ks.url} is ready\n`);
  await ks.close();
  expect(await runLine(['healthcheck', '--url', ks.url])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^http:\S+ is not ready: connect ECONNREFUSED/) as string,
  });
});

test('healthcheck is not taken in by another server', async () => {
  const { createServer } = await import('node:http');
  const other = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((other.address() as { port: number }).port)}`;
  expect(await runLine(['healthcheck', '--url', url])).toMatchObject({
    code: 1,
    stderr: `${url} is not ready: something else answers there (status 200)\n`,
  });
  other.close();
});

test.for([['--url', 'nonsense'], ['--nope'], ['now']])('healthcheck %s is refused with 2', async (argv) => {
  expect((await runLine(['healthcheck', ...[argv].flat()])).code).toBe(2);
});

test('a plain start loads neither zod nor yaml nor express', async () => {
  await using cli = startCli(['--port', '0', '--json'], {
    NODE_OPTIONS: '--import ./test/support/report-modules.mjs',
  });
  await cli.firstLine();
  cli.child.kill('SIGTERM');
  const { stderr } = await cli.ended();
  const loaded = ['zod', 'yaml', 'express', 'ajv', '@faker-js', 'jose', 'bcryptjs', 'rfc6902'].filter(
    (name) => stderr.includes(`/node_modules/${name}/`),
  );
  expect(stderr).toContain('loaded ');
  expect(loaded).toEqual([]);
});

test.for([['world'], ['coverage', '--format', 'json']] as const)(
  '%s ends quietly when nobody reads',
  async (argv) => {
    await using ks = await startFakeKsApiserver();
    await using cli = startCli(argv, { FAKE_KS_URL: ks.url });
    cli.child.stdout?.destroy();
    expect(await cli.ended()).toEqual({ code: 141, stderr: '' });
  },
);
