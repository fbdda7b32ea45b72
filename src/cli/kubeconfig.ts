import { readArguments } from '../config/read-arguments.js';
import { describeFlags } from '../config/load-config.js';
import type { Flag } from '../config/setting.js';
import { InputError } from '../core/input-error.js';
import { connectFakeKsApiserver } from '../kit/connect.js';
import type { Command, CommandContext } from './command.js';

const flags: readonly Flag[] = [
  { name: 'user', path: ['user'], value: 'NAME', help: 'whose token is in it (default admin)' },
  {
    name: 'serviceaccount',
    path: ['serviceAccount'],
    value: 'NAMESPACE/NAME',
    help: 'or that of a ServiceAccount',
  },
  { name: 'cluster', path: ['cluster'], value: 'NAME', help: 'a member instead of the host (4.1)' },
  {
    name: 'url',
    path: ['url'],
    value: 'URL',
    help: 'the running server (default: FAKE_KS_URL, else port FAKE_KS_PORT or 9090 of 127.0.0.1)',
  },
];

/** Prints a kubeconfig for a running server with an HTTPS port. */
export const kubeconfigCommand: Command = {
  help: () =>
    [
      'Usage: fake-ks-apiserver kubeconfig [flags] > kubeconfig.yaml',
      '',
      describeFlags(flags),
      '',
      'The server must have been started with --tls-port: kubectl sends no token over HTTP.',
      '',
    ].join('\n'),
  run: printKubeconfig,
};

async function printKubeconfig({ argv, environment, print }: CommandContext): Promise<number> {
  const { settings, words, problems } = readArguments(argv, flags);
  const stray = words.map((word) => `${word}: unexpected word; see --help`);
  if (problems.length + stray.length > 0) throw new InputError([...problems, ...stray]);
  const given = new Map(settings.map(({ path, value }) => [path[0] ?? '', String(value)]));
  const account = given.get('serviceAccount');
  if (account !== undefined && !/^[^/]+\/[^/]+$/.test(account))
    throw new InputError([`--serviceaccount: must be NAMESPACE/NAME, not "${account}"`]);
  if (account !== undefined && given.has('user'))
    throw new InputError(['--serviceaccount: contradicts --user; give one of the two']);
  const url = given.get('url') ?? environment['FAKE_KS_URL'] ?? '';
  const usual = `http://127.0.0.1:${environment['FAKE_KS_PORT'] ?? '9090'}`;
  const ks = await connectFakeKsApiserver(url === '' ? usual : url);
  const request = Object.fromEntries([...given].filter(([name]) => name !== 'url'));
  print(await ks.kubeconfig(request).catch(inFlags));
  return 0;
}

/** Tells what is wrong with a request by the flags it was made of. */
function inFlags(error: unknown): never {
  if (!(error instanceof InputError)) throw error;
  throw new InputError(
    error.problems.map((line) =>
      line.replace(/^(?:kubeconfig: |body\.)(\w+): /, (_, field: string) => `--${field.toLowerCase()}: `),
    ),
    { cause: error },
  );
}
