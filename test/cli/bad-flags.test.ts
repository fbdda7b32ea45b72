import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLine } from '../support/command-line.js';

const folder = mkdtempSync(join(tmpdir(), 'fake-ks-flags-'));
const notKey = join(folder, 'not-a-key.pem');
writeFileSync(notKey, 'no key at all');

/** Each command line with the one line it must print. */
test.for([
  [['--prot', '1'], '--prot: unknown flag; did you mean "--port"?'],
  [['--zzzzzzzz'], '--zzzzzzzz: unknown flag; see --help'],
  [['serve', 'now'], 'now: unexpected word; see --help'],
  [['--port'], '--port: needs a value: --port N'],
  [['--port', '--json'], '--port: needs a value: --port N'],
  [['--port', 'x'], '--port: must be a port from 0 to 65535, not "x"'],
  [['--port', '65536'], '--port: must be a port from 0 to 65535, not 65536'],
  [['--port', '-1'], '--port: must be a port from 0 to 65535, not -1'],
  [['--host='], '--host: must not be empty'],
  [['--tls-port', '70000'], '--tls-port: must be a port from 0 to 65535, not 70000'],
  [['--release', '4.1'], '--release: must be one of v2.1, v3.0, v3.1, v3.3, v3.4, v4.1, not "4.1"'],
  [['--nodes', 'many'], '--nodes: must be a whole number of nodes from 0 to 1000000, not "many"'],
  [['--namespaces', '-1'], '--namespaces: must be a whole number of namespaces from 0 to 1000000, not -1'],
  [['--pods', '1.5'], '--pods: must be a whole number of pods from 0 to 1000000, not "1.5"'],
  [['--users', '1e3'], '--users: must be a whole number of users from 0 to 1000000, not "1e3"'],
  [['--now', 'today'], '--now: must be a moment such as 2024-05-01T12:00:00Z'],
  [
    ['--token-max-age', '2 hours'],
    '--token-max-age: must be a duration: seconds, or text such as 2h, 10m0s or 500ms',
  ],
  [
    ['--inactivity-timeout', '-5m'],
    '--inactivity-timeout: must be a duration: seconds, or text such as 2h, 10m0s or 500ms',
  ],
  [['--clock-skew', 'x'], '--clock-skew: must be a duration: seconds, or text such as 2h, 10m0s or 500ms'],
  [
    ['--refresh-token-max-age', '1h'],
    '--refresh-token-max-age: is shorter than the life of access tokens; make it longer, or accessTokenMaxAge shorter',
  ],
  [
    ['--refresh-token-max-age', '4h', '--inactivity-timeout', '2h'],
    '--refresh-token-max-age: contradicts accessTokenInactivityTimeout; give one of the two',
  ],
  [['--multiple-login=perhaps'], '--multiple-login: must be true or false, not "perhaps"'],
  [['--rate-limit', '10'], '--rate-limit: must look like TRIES/DURATION, such as 10/10m'],
  [
    ['--rate-limit', 'x/10m'],
    '--rate-limit: maxTries: must be a whole number of tries from 0 to 1000000, not "x"',
  ],
  [
    ['--sign-key', '/no/such.pem'],
    '--sign-key: cannot read /no/such.pem: no such file; give the path of a readable file',
  ],
  [['--sign-key', notKey], `--sign-key: ${notKey} holds no RSA private key; give a PEM file that does`],
  [['--kube-version', '1.29'], '--kube-version: must be a version such as v1.29.2, not "1.29"'],
  [['--user', 'jack'], '--user: must look like NAME:PASSWORD[:GLOBALROLE]'],
  [
    ['--user', 'Jack:pw'],
    '--user: [0].name: must be a name of lower-case letters, digits, "-" and ".", not "Jack"',
  ],
  [
    ['--user', 'jack:pw,state=Gone'],
    '--user: [0].state: must be one of Active, Disabled, AuthLimitExceeded, not "Gone"',
  ],
  [
    ['--user', 'jo:a', '--user', 'jo:b'],
    '--user: [1].name: user "jo" is given twice, first as [0].name; keep one of them',
  ],
  [
    ['--user', 'jo:pw:platform-admn'],
    'options: user "jo": there is no global role "platform-admn"; did you mean "platform-admin"?',
  ],
  [
    ['--client', 'a:b,foo=1'],
    '--client: unknown key "foo" behind a comma; known are grantMethod=, redirectURI=, trusted=, scope=, accessTokenMaxAge=, inactivityTimeout=; a text with a comma in it needs --config FILE',
  ],
  [
    ['--client', 'a:b,accessTokenMaxAge=700'],
    '--client: [0].accessTokenMaxAgeSeconds: does nothing without accessTokenInactivityTimeoutSeconds; give both, or none',
  ],
  [
    ['token', '--expires-in', 'soon'],
    '--expires-in: must be a duration: seconds, or text such as 2h, 10m0s or -5m, not "soon"',
  ],
  [
    ['token', '--not-before', 'soon'],
    '--not-before: must be a moment such as 2024-05-01T12:00:00Z, or a duration from now on, not "soon"',
  ],
  [
    ['token', '--user', 'a', '--serviceaccount', 'b/c'],
    '--serviceaccount: contradicts --user; give one of the two',
  ],
  [
    ['kubeconfig', '--user', 'a', '--serviceaccount', 'b/c'],
    '--serviceaccount: contradicts --user; give one of the two',
  ],
  [
    ['token', '--url', 'http://127.0.0.1:1', '--seed', '4'],
    '--seed: says what a new server is, but http://127.0.0.1:1 runs already; leave it out, or ask no running server',
  ],
  [['--client', 'portal'], '--client: must look like ID:SECRET'],
  [
    ['--client', 'a:b,grantMethod=x'],
    '--client: [0].grantMethod: must be one of auto, prompt, deny, not "x"',
  ],
  [['--log-level', 'loud'], '--log-level: must be one of silent, error, warn, info, not "loud"'],
  [
    ['--config', '/no/such.yaml'],
    '--config: cannot read /no/such.yaml: no such file; give the path of a readable file',
  ],
  [
    ['frobnicate'],
    'frobnicate: unknown command; choose from serve, token, scenarios, world, kubeconfig, coverage, healthcheck',
  ],
  [['tokn'], 'tokn: unknown command; did you mean "token"?'],
  [
    ['--scenario', 'expired-tokn'],
    'scenarios: there is none called "expired-tokn"; did you mean "expired-token"?',
  ],
] as const)('%j exits with 2 and says what to do', async ([argv, line]) => {
  expect(await runLine(argv)).toEqual({ code: 2, stdout: '', stderr: `fake-ks-apiserver: ${line}\n` });
});

test.for([
  [{ FAKE_KS_PRT: '1' }, 'FAKE_KS_PRT: unknown variable; did you mean "FAKE_KS_PORT"?'],
  [{ FAKE_KS_PORT: 'x' }, 'FAKE_KS_PORT: must be a port from 0 to 65535, not "x"'],
  [{ FAKE_KS_MULTIPLE_LOGIN: 'x' }, 'FAKE_KS_MULTIPLE_LOGIN: must be true or false, not "x"'],
  [{ FAKE_KS_USER: 'a:b\nc' }, 'FAKE_KS_USER: must look like NAME:PASSWORD[:GLOBALROLE]'],
] as const)('refuses the environment %j', async ([environment, line]) => {
  expect(await runLine([], environment)).toEqual({
    code: 2,
    stdout: '',
    stderr: `fake-ks-apiserver: ${line}\n`,
  });
});

test('tells everything that is wrong at once', async () => {
  const { code, stderr } = await runLine(['--prot', '1', '--release', 'x', '--user', 'a'], {
    FAKE_KS_NODES: '-3',
  });
  expect(code).toBe(2);
  expect(
    stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.split(':')[1]),
  ).toEqual([' --prot', ' --user', ' --release', ' FAKE_KS_NODES']);
});

test('takes variables that are empty as unset', async () => {
  expect(await runLine([], { FAKE_KS_RELEASE: '', FAKE_KS_PORT: '0' })).toMatchObject({
    code: 0,
    stderr: '',
  });
});
