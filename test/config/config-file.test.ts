import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { optionFlags } from '../../src/config/flags.js';
import { loadConfig } from '../../src/config/load-config.js';
import { InputError } from '../../src/core/input-error.js';

const folder = mkdtempSync(join(tmpdir(), 'fake-ks-config-'));
let files = 0;

function fileWith(text: string): string {
  files += 1;
  const file = join(folder, `${String(files)}.yaml`);
  writeFileSync(file, text);
  return file;
}

async function load(
  text: string,
  argv: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<unknown> {
  const file = fileWith(text);
  const config = await loadConfig({
    argv: ['--config', file, ...argv],
    environment,
    options: optionFlags,
    own: [],
  });
  return config.options;
}

/** The problems of a file, without its name. */
async function problemsOf(text: string): Promise<readonly string[]> {
  const error: unknown = await load(text).then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof InputError)) throw error;
  return error.problems.map((problem) => problem.replace(/^.*?\.yaml:?/, ''));
}

test('reads YAML with the keys of the options', async () => {
  const text = 'release: v3.3\ngenerate: {nodes: 3}\nusers:\n  - {name: jack, password: pw, groups: [ops]}\n';
  expect(await load(text)).toEqual({
    release: 'v3.3',
    generate: { nodes: 3 },
    users: [{ name: 'jack', password: 'pw', groups: ['ops'] }],
  });
});

test('reads JSON', async () => {
  expect(await load('{"accessTokenMaxAge": "10m", "port": 0}')).toEqual({
    accessTokenMaxAge: '10m',
    port: 0,
  });
});

test('lets the environment win over the file, and flags over both', async () => {
  const text = 'release: v3.0\nissuer: file\njwtSecret: file\ngenerate: {nodes: 1, pods: 1}\n';
  const environment = { FAKE_KS_ISSUER: 'variable', FAKE_KS_JWT_SECRET: 'variable', FAKE_KS_PODS: '2' };
  expect(await load(text, ['--jwt-secret', 'flag'], environment)).toEqual({
    release: 'v3.0',
    issuer: 'variable',
    jwtSecret: 'flag',
    generate: { nodes: 1, pods: 2 },
  });
});

test('takes an empty file as no options', async () => {
  expect(await load('')).toEqual({});
});

test.for([
  ['relaese: v4.1', '1: relaese: unknown key; did you mean "release"?'],
  ['port: 1\n\nrelease: v4.9', '3: release: must be one of v2.1, v3.0, v3.1, v3.3, v3.4, v4.1, not "v4.9"'],
  ['port: many', '1: port: must be a port from 0 to 65535, not "many"'],
  ['users:\n  - name: jack', '2: users[0].password: is missing; must be text'],
  [
    'users:\n  - {name: a, password: b}\n  - {name: c, password: d, role: x}',
    '3: users[1].role: unknown key; choose from name, password, email, globalRole, state, groups',
  ],
  [
    'users:\n  - {name: jo, password: a}\n  - {name: jo, password: b}',
    '3: users[1].name: user "jo" is given twice, first as users[0].name in line 2; keep one of them',
  ],
  ['clients: {name: a}', '1: clients: must be a list, not a mapping'],
  ['clients:\n  - {name: a, secret: 3}', '2: clients[0].secret: must be text, not 3'],
  ['generate:\n  nodes: -1', '2: generate.nodes: must be a whole number of nodes from 0 to 1000000, not -1'],
  ['generate:\n  noodles: 1', '2: generate.noodles: unknown key; did you mean "nodes"?'],
  ['now: tomorrow', '1: now: must be a moment such as 2024-05-01T12:00:00Z'],
  [
    'accessTokenMaxAge: soon',
    '1: accessTokenMaxAge: must be a duration: seconds, or text such as 2h, 10m0s or 500ms',
  ],
  ['multipleLogin: maybe', '1: multipleLogin: must be true or false, not "maybe"'],
  ['world: {objects: 3}', '1: world: must be a name, a path, or a document with a list of objects'],
  ['port: 1\nport: 2', '2: port: given twice in one place; keep one of them'],
  ['__proto__: {port: 1}', '1: __proto__: not a name to use here; take it out'],
  ['constructor: 1', '1: constructor: unknown key; remove it'],
  ['tlsPort: https', '1: tlsPort: must be a port from 0 to 65535, not "https"'],
  ['- release: v4.1', ' must be a mapping of options such as "release: v4.1"'],
] as const)('refuses %j', async ([text, problem]) => {
  expect(await problemsOf(text)).toEqual([problem]);
});

test('points at the line where the YAML breaks', async () => {
  expect((await problemsOf('port: 1\nusers: [a'))[0]).toMatch(/^2: .*; correct the YAML$/);
});

test('tells all problems of a file at once', async () => {
  expect(await problemsOf('port: x\nrelaese: y\nusers: 3')).toHaveLength(3);
});
