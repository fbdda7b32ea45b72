import type { LoadedConfig } from '../config/load-config.js';
import { namingSources } from '../config/name-sources.js';
import type { Flag } from '../config/setting.js';
import { InputError } from '../core/input-error.js';
import type { Options } from '../core/options.js';
import { connectFakeKsApiserver } from '../kit/connect.js';
import type { FakeKsApiserver } from '../kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../kit/start.js';
import type { CommandContext } from './command.js';

/** Names a server that is running already; the environment variable `FAKE_KS_URL` does too. */
export const urlFlag: Flag = {
  name: 'url',
  path: ['url'],
  value: 'URL',
  help: 'ask the server running there',
};

/** Does something with the server running at `--url`, else with one made for the moment from the options. @throws InputError for a flag the running one cannot heed */
export async function withFake<T>(
  { options, own, given, settings }: LoadedConfig,
  environment: CommandContext['environment'],
  use: (ks: FakeKsApiserver) => Promise<T>,
): Promise<T> {
  const url = own.get('url') ?? environment['FAKE_KS_URL'];
  if (typeof url === 'string' && url !== '') {
    if (given.length > 0) throw new InputError(given.map((flag) => tooLate(flag, url)));
    return use(await connectFakeKsApiserver(url));
  }
  const ks = await startFakeKsApiserver(withoutDoors(options)).catch((error: unknown) => {
    throw namingSources(error, settings);
  });
  // The bundle is read by versions of Node without `using`.
  try {
    return await use(ks);
  } finally {
    await ks.close();
  }
}

/** How to serve a world is of no use where it is only looked at. */
function withoutDoors(options: LoadedConfig['options']): Options {
  const serving = /^(?:host|port|tls.*|logLevel|json)$/;
  return Object.fromEntries(Object.entries(options).filter(([name]) => !serving.test(name)));
}

function tooLate(flag: string, url: string): string {
  return `${flag}: says what a new server is, but ${url} runs already; leave it out, or ask no running server`;
}
