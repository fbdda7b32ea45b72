import type { LoadedConfig } from '../config/load-config.js';
import type { Flag } from '../config/setting.js';
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

/** Does something with the server running at `--url`, else with one made for the moment from the options. */
export async function withFake<T>(
  { options, own }: LoadedConfig,
  environment: CommandContext['environment'],
  use: (ks: FakeKsApiserver) => Promise<T>,
): Promise<T> {
  const url = own.get('url') ?? environment['FAKE_KS_URL'];
  if (typeof url === 'string' && url !== '') return use(await connectFakeKsApiserver(url));
  const { host: _host, port: _port, tlsPort: _tlsPort, logLevel: _logLevel, json: _json, ...world } = options;
  await using ks = await startFakeKsApiserver(world);
  return await use(ks);
}
