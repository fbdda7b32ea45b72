import { resolve } from 'node:path';
import { optionFlags } from '../config/flags.js';
import { configFlag, describeFlags, loadConfig } from '../config/load-config.js';
import { caFile } from '../http/tls.js';
import { namingSources } from '../config/name-sources.js';
import type { InProcessFake } from '../kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../kit/start.js';
import type { SpecSource } from '../specs/published-specs.js';
import { banner } from './banner.js';
import type { Command, CommandContext } from './command.js';
import { logTo } from './log.js';

const defaultPort = 9090;

/** Starts a server and keeps it running until the process is asked to stop. */
export const serveCommand: Command = {
  help: () =>
    [
      'Usage: fake-ks-apiserver [serve] [flags]',
      '',
      describeFlags([...optionFlags, configFlag]),
      '',
      'Every flag can be given in the environment: --token-max-age 1h is FAKE_KS_TOKEN_MAX_AGE=1h.',
      '',
    ].join('\n'),
  run: serve,
};

/** How long requests under way may still take after SIGTERM. */
const drainMilliseconds = 3000;

async function serve({ argv, environment, print, warn, stopped }: CommandContext): Promise<number> {
  const { options, settings } = await loadConfig({ argv, environment, options: optionFlags, own: [] });
  const {
    logLevel = 'warn',
    json = false,
    tlsCaFile,
    tlsCaKeyFile: _,
    tlsCertFile,
    tlsKeyFile: __,
    ...given
  } = options;
  const stop = stopped();
  const start = startFakeKsApiserver(
    { port: defaultPort, ...given },
    { observer: logTo(warn, logLevel, json), drain: drainMilliseconds },
  ).catch((error: unknown) => {
    throw namingSources(error, settings);
  });
  // What it waits for, a Kubernetes that says nothing for instance, may take longer than anybody wants to wait.
  const server = await Promise.race([start, stop.then(() => undefined)]);
  if (server === undefined) return 0;
  // Only those that were given: the packaged ones need not be read yet.
  const specs = given.specs === undefined ? [] : (await server.specs()).documents.filter(isGiven);
  print(json ? readyLine(server, specs, caFileOf(tlsCaFile ?? tlsCertFile)) : banner(server, specs));
  await stop;
  await server.close();
  return 0;
}

/** The first line on stdout with `--json`. The HTTPS members are null when there is no HTTPS port. */
function readyLine(
  { url, tlsUrl, controlUrl }: InProcessFake,
  specs: readonly SpecSource[],
  ca: string | null,
): string {
  const tls = tlsUrl === undefined ? { tlsUrl: null, caFile: null } : { tlsUrl, caFile: ca };
  return `${JSON.stringify({ ready: true, url, ...tls, controlUrl, ...(specs.length > 0 && { specs }) })}\n`;
}

/** The file with what clients of the HTTPS port have to trust; null for a CA that was made at start. */
function caFileOf(given: string | undefined): string | null {
  if (given === undefined) return caFile;
  return given === 'new' ? null : resolve(given);
}

function isGiven({ source }: SpecSource): boolean {
  return source !== undefined;
}
