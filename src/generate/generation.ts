import type { Faker } from '@faker-js/faker';
import type { Random } from '../state/random.js';
import type { World } from '../state/world.js';
import type { Platform } from './platform.js';

/** What generators share. */
export interface Generation {
  readonly world: World;
  readonly faker: Faker;
  readonly random: Random;
  readonly platform: Platform;
  /** Milliseconds since 1970 from which heartbeats count. */
  readonly origin: number;
}
