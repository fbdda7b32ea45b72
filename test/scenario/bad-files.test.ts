import { expect, test } from 'vitest';
import { InputError } from '../../src/core/input-error.js';
import { loadScenario, loadScenarios, parseScenario, scenarioNames } from '../../src/scenario/load.js';

async function problemsOf(text: string): Promise<readonly string[]> {
  try {
    await parseScenario(text, 'a.yaml');
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
}

const start = 'description: x\n';
const laughs = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
for (let at = 1; at < 9; at += 1) {
  laughs.push(
    `a${String(at)}: &a${String(at)} [${Array.from({ length: 9 }, () => `*a${String(at - 1)}`).join(', ')}]`,
  );
}

test.for([
  ['an empty file', '', 'a.yaml:1: got null, expected What is so in a world, and what a client sees of it.'],
  ['a list', '- a\n', 'a.yaml:1: got a list, expected What is so in a world, and what a client sees of it.'],
  ['no description', 'since: v3.0\n', 'a.yaml:1: description: missing; add it'],
  [
    'a description over two lines',
    'description: |\n  a\n  b\n',
    'a.yaml:1: description: got "a\\nb\\n", expected one line of text',
  ],
  ['an unknown key', start + 'user: []\n', 'a.yaml:2: user: unknown key; did you mean "users"?'],
  [
    'an unknown key far from all others',
    start + 'clock:\n  speed: 2\n',
    'a.yaml:3: clock.speed: unknown key; choose from freeze, advance',
  ],
  [
    'an unknown key in a user',
    start + 'users:\n  - name: a\n    password: b\n    rol: c\n',
    'a.yaml:5: users[0].rol: unknown key; choose from name, password, email, globalRole, state, groups',
  ],
  [
    'a wrong type',
    start + 'faults:\n\n  - status: "503"\n',
    'a.yaml:4: faults[0].status: got "503", expected an HTTP status from 200 to 599',
  ],
  [
    'a number out of range',
    start + 'faults: [{ status: 99 }]\n',
    'a.yaml:2: faults[0].status: got 99, expected an HTTP status from 200 to 599',
  ],
  [
    'a word that is no duration',
    start + 'settings:\n  accessTokenMaxAge: soon\n',
    'a.yaml:3: settings.accessTokenMaxAge: got "soon", expected a duration such as 500ms, 90s or 1h30m, or seconds as a number',
  ],
  ['a release there is not', start + 'since: v4.2\n', 'a.yaml:2: since: got "v4.2"; did you mean "v4.1"?'],
  [
    'releases the wrong way round',
    start + 'since: v4.1\nuntil: v3.0\n',
    'a.yaml:3: until: got v3.0, which is before since (v4.1); swap them',
  ],
  [
    'a moment without zone',
    start + 'clock: { freeze: 2024-05-01 }\n',
    'a.yaml:2: clock.freeze: got "2024-05-01", expected a moment in UTC such as 2024-05-01T12:00:00Z',
  ],
  [
    'a day there is not',
    start + 'clock:\n  freeze: 2024-13-01T00:00:00Z\n',
    'a.yaml:3: clock.freeze: got "2024-13-01T00:00:00Z", which is no date; correct it',
  ],
  [
    'a login given twice',
    start + 'users:\n  - { name: a, password: b }\n  - { name: a, password: c }\n',
    'a.yaml:4: users[1].name: user "a" is given twice; keep one of them',
  ],
  [
    'a client given twice',
    start + 'clients:\n  - { name: a, secret: b }\n  - { name: a, secret: c }\n',
    'a.yaml:4: clients[1].name: client "a" is given twice; keep one of them',
  ],
  [
    'an object given twice',
    start +
      'objects:\n  - { apiVersion: v1, kind: Namespace, metadata: { name: a } }\n  - apiVersion: v1\n    kind: Namespace\n    metadata:\n      name: a\n',
    'a.yaml:7: objects[1].metadata.name: Namespace "a" is given twice; keep one of them',
  ],
  [
    'an object without a name',
    start + 'objects:\n  - apiVersion: v1\n    kind: Namespace\n    metadata: {}\n',
    'a.yaml:5: objects[0].metadata: has no name; add name or generateName',
  ],
  [
    'an object without kind',
    start + 'objects: [{ apiVersion: v1, metadata: {} }]\n',
    'a.yaml:2: objects[0].kind: missing; add it',
  ],
  [
    'a key given twice',
    start + 'users: []\nsince: v3.0\nusers: []\n',
    'a.yaml:4: users: given twice in one place; keep one of them',
  ],
  [
    'a token name given twice',
    start + 'tokens:\n  a: { user: admin }\n  a: { user: admin }\n',
    'a.yaml:4: a: given twice in one place; keep one of them',
  ],
  [
    'a token of nobody',
    start + 'tokens:\n  a: {}\n',
    'a.yaml:3: tokens.a: names nobody or two; give either user or serviceAccount',
  ],
  [
    'a token with an odd name',
    start + 'tokens:\n  "a b": { user: admin }\n',
    'a.yaml:3: tokens.a b: got a name that cannot be used, expected letters, digits, dots, dashes and underscores',
  ],
  [
    'a flaw there is not',
    start + 'tokens:\n  a: { user: admin, flaw: wrong kee }\n',
    'a.yaml:3: tokens.a.flaw: got "wrong kee"; did you mean "wrong key"?',
  ],
  [
    'a fault that does nothing',
    start + 'faults:\n  - path: /x\n',
    'a.yaml:3: faults[0]: does nothing; give delay, reset or status',
  ],
  [
    'a step of two kinds',
    start + 'expect:\n  - advance: 1s\n    request: { path: / }\n',
    'a.yaml:3: expect[0]: moves the clock and sends a request; make it two steps',
  ],
  [
    'a step of no kind',
    start + 'expect:\n  - title: x\n',
    'a.yaml:3: expect[0]: is neither advance nor request with response; give one of them',
  ],
  [
    'a step with two bodies',
    start + 'expect:\n  - request:\n      path: /\n      body: a\n      json: {}\n    response: {}\n',
    'a.yaml:3: expect[0].request: has two bodies; keep one of form, json and body',
  ],
  [
    'a step with a token nobody declared',
    start + 'expect:\n  - request:\n      path: /\n      token: gone\n    response: { status: 200 }\n',
    'a.yaml:5: expect[0].request.token: no token or captured value is called "gone"; declare it under tokens or capture it before',
  ],
  [
    'the key __proto__ at the top',
    start + '__proto__:\n  polluted: true\n',
    'a.yaml:2: __proto__: not a name to use here; take it out',
  ],
  [
    'the key __proto__ deep in an object',
    start +
      'objects:\n  - apiVersion: v1\n    kind: Namespace\n    metadata: { name: a, labels: { "__proto__": x } }\n',
    'a.yaml:5: __proto__: not a name to use here; take it out',
  ],
  ['the key constructor', start + 'constructor: {}\n', 'a.yaml:2: constructor: unknown key'],
  ['broken YAML', start + 'users: [\n', 'a.yaml:'],
  ['an unknown tag', start + 'since: !!js/function "x"\n', 'a.yaml:2: Unresolved tag'],
  ['two documents', start + '---\n' + start, 'a.yaml:2: Source contains multiple documents'],
  [
    'an alias of nothing',
    start + 'users: *who\n',
    'a.yaml:2: *who: no anchor of that name before it; set &who first',
  ],
  ['an alias of itself', start + 'users: &a [*a]\n', 'a.yaml:'],
  ['a bomb of aliases', start + laughs.join('\n'), 'a.yaml:1: Excessive alias count'],
  ['very deep nesting', start + 'users: ' + '['.repeat(50_000), 'a.yaml:1: nested too deeply; flatten it'],
  ['a file of 5 MB', start + '#'.repeat(5_000_000), 'a.yaml:1: too large'],
] as const)('refuses %s with its line, field and what to do', async ([, text, wanted]) => {
  const problems = await problemsOf(text);
  expect(problems[0]).toContain(wanted);
  expect(problems[0]).not.toContain('\n');
  expect(Object.prototype).not.toHaveProperty('polluted');
});

test('tells all problems of a file at once', async () => {
  const problems = await problemsOf('user: []\nfaults:\n  - status: x\n');
  expect(problems).toEqual(
    expect.arrayContaining([
      'a.yaml:1: description: missing; add it',
      'a.yaml:1: user: unknown key; did you mean "users"?',
      'a.yaml:3: faults[0].status: got "x", expected an HTTP status from 200 to 599',
    ]),
  );
});

test('tells the problems of all files at once', async () => {
  const error: unknown = await loadScenarios(['/no/such/file.yaml', 'expired-tokn']).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).problems).toEqual([
    '/no/such/file.yaml: cannot be read (ENOENT); check the path',
    'scenarios: there is none called "expired-tokn"; did you mean "expired-token"?',
  ]);
});

test('knows every scenario it lists', async () => {
  for (const name of scenarioNames()) expect((await loadScenario(name)).scenario.description).not.toBe('');
});
