import type { GenerateOption } from '../core/options.js';
import { Random } from '../state/random.js';
import type { World } from '../state/world.js';
import type { Generation } from './generation.js';
import { generateNodes } from './generate-nodes.js';
import { generatePods } from './generate-pods.js';
import { generateProjects, type Projects } from './generate-projects.js';
import { generateUsers } from './generate-users.js';
import { platformOf } from './platform.js';

/** What was made, as far as others need to know. */
export interface Generated {
  /** Nodes whose kubelet is alive. */
  readonly nodeNames: readonly string[];
}

/**
 * Adds made-up nodes, workspaces with projects, workloads with pods, and users to the host cluster.
 *
 * The same seed makes the same objects; only heartbeats follow the clock. Nothing that is already there is touched.
 */
export async function generateWorld(
  world: World,
  option: GenerateOption,
  seed: number | string,
  origin: number,
): Promise<Generated> {
  const { faker } = await import('@faker-js/faker/locale/en');
  const random = new Random(`generate ${String(seed)}`);
  // Nothing below waits for anything, so the generator is ours until the end.
  faker.seed(random.next());
  const platform = platformOf(world.release.name, world.settings.kubernetesVersion);
  const generation: Generation = { world, faker, random, platform, origin };
  const nodeNames = generateNodes(generation, option.nodes ?? 0);
  const projects: Projects = generateProjects(generation, option.namespaces ?? 0);
  generatePods(generation, option.pods ?? 0, projects);
  generateUsers(generation, option.users ?? 0, projects);
  return { nodeNames };
}
