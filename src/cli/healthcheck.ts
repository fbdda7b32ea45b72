import { get, type IncomingMessage } from 'node:http';
import { readArguments } from '../config/read-arguments.js';
import { describeFlags } from '../config/load-config.js';
import type { Flag } from '../config/setting.js';
import { InputError } from '../core/input-error.js';
import type { Command, CommandContext } from './command.js';

const flags: readonly Flag[] = [
  {
    name: 'url',
    path: ['url'],
    value: 'URL',
    help: 'the server to ask (default: FAKE_KS_URL, else port FAKE_KS_PORT or 9090 of 127.0.0.1)',
  },
];

const patienceMilliseconds = 3000;

/** Tells by its exit code whether a server is ready: 0 when it is, 1 when not. */
export const healthcheckCommand: Command = {
  help: () => `Usage: fake-ks-apiserver healthcheck [flags]\n\n${describeFlags(flags)}\n`,
  run: check,
};

async function check({ argv, environment, print, warn }: CommandContext): Promise<number> {
  const { settings, words, problems } = readArguments(argv, flags);
  const stray = words.map((word) => `${word}: unexpected word; see --help`);
  if (problems.length + stray.length > 0) throw new InputError([...problems, ...stray]);
  const named = settings[0]?.value ?? environment['FAKE_KS_URL'];
  const port = environment['FAKE_KS_PORT'] ?? '9090';
  const base =
    typeof named === 'string' && named !== '' ? named.replace(/\/+$/, '') : `http://127.0.0.1:${port}`;
  const problem = await ask(`${base}/__fake/ready`);
  if (problem === undefined) print(`${base} is ready\n`);
  else warn(`${base} is not ready: ${problem}\n`);
  return problem === undefined ? 0 : 1;
}

/** What is wrong with a server; `undefined` when it is ready. */
function ask(url: string): Promise<string | undefined> {
  if (!URL.canParse(url))
    throw new InputError([`--url: ${url} is no URL; give one such as http://127.0.0.1:9090`]);
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: patienceMilliseconds }, (response: IncomingMessage) => {
      response.resume();
      const isFake = response.headers['x-fake-ks-apiserver'] !== undefined;
      const status = String(response.statusCode);
      if (!isFake) resolve(`something else answers there (status ${status})`);
      else resolve(response.statusCode === 200 ? undefined : `it answers ${status}`);
    });
    request.on('timeout', () => {
      request.destroy(new Error(`no answer in ${String(patienceMilliseconds / 1000)} s`));
    });
    request.on('error', (error) => {
      resolve(error.message);
    });
  });
}
