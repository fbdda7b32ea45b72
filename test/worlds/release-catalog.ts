import { kubesphereResources } from '../../src/apis/kubesphere-resources.js';
import { nativeResources } from '../../src/apis/native-resources.js';
import type { Options } from '../../src/core/options.js';
import type { ReleaseName } from '../../src/core/release.js';
import { Catalog } from '../../src/registry/catalog.js';
import { releases } from '../../src/releases/index.js';
import type { World } from '../../src/state/world.js';
import { buildWorld } from '../../src/worlds/build-world.js';

/** The kinds of a release. */
export function catalogOf(release: ReleaseName): Catalog {
  return new Catalog([...nativeResources(), ...kubesphereResources()], release);
}

/** A world as a server would serve it. */
export async function worldOf(options: Options): Promise<World> {
  const release = options.release ?? 'v4.1';
  const seed = await buildWorld(options, releases[release], catalogOf(release));
  return seed.fork();
}
