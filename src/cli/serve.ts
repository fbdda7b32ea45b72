import { describeFlags, configFlag, loadConfig } from '../config/load-config.js';
import { optionFlags } from '../config/flags.js';
import type { Flag } from '../config/setting.js';
import { startFakeKsApiserver } from '../kit/start.js';
import { banner } from './banner.js';
import type { Command, CommandContext } from './command.js';

const ownFlags: readonly Flag[] = [
  {
    name: 'json',
    path: ['json'],
    help: 'print one line of JSON instead of a banner when ready',
    read: () => true,
  },
];

/** Starts a server and keeps it running until the process is asked to stop. */
export const serveCommand: Command = {
  help: () =>
    [
      'Usage: fake-ks-apiserver [serve] [flags]',
      '',
      describeFlags([...optionFlags, configFlag, ...ownFlags]),
      '',
      'Every flag can be given in the environment: --token-max-age 1h is FAKE_KS_TOKEN_MAX_AGE=1h.',
      '',
    ].join('\n'),
  run: serve,
};

async function serve({ argv, environment, print, stopped }: CommandContext): Promise<number> {
  const { options, own } = await loadConfig({ argv, environment, ownFlags });
  const { logLevel: _logLevel, ...given } = options;
  const server = await startFakeKsApiserver({ port: defaultPort, ...given });
  const stop = stopped();
  print(own.get('json') === true ? readyLine(server.url) : banner(server.url, server.world));
  await stop;
  await server.close();
  return 0;
}

const defaultPort = 9090;

/** The first line on stdout with `--json`. The HTTPS members are null while there is no HTTPS port. */
function readyLine(url: string): string {
  return `${JSON.stringify({ ready: true, url, tlsUrl: null, caFile: null, controlUrl: `${url}/__fake` })}\n`;
}
