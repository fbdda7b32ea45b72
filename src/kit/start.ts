import { kubesphereResources } from '../apis/kubesphere-resources.js';
import { nativeResources } from '../apis/native-resources.js';
import { checkOptions } from '../config/check-options.js';
import type { Options } from '../core/options.js';
import { Catalog } from '../registry/catalog.js';
import { releases } from '../releases/index.js';
import { listen } from '../server.js';
import type { World } from '../state/world.js';
import { buildWorld } from '../worlds/build-world.js';

/** A running fake. */
export interface FakeKsApiserver {
  readonly url: string;
  readonly world: World;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a fake in this process; resolves when it listens. */
export async function startFakeKsApiserver(given: Options = {}): Promise<FakeKsApiserver> {
  const options = await checkOptions(given);
  const release = releases[options.release ?? 'v4.1'];
  const catalog = new Catalog([...nativeResources(), ...kubesphereResources()], release.name);
  const world = buildWorld(options, release, catalog);
  const server = await listen(world, catalog, options.host ?? '127.0.0.1', options.port ?? 0);
  const close = (): Promise<void> => server.close();
  return { url: server.url, world, close, [Symbol.asyncDispose]: close };
}
