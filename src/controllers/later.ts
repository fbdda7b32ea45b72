import { ApiError } from '../core/api-error.js';
import type { World } from '../state/world.js';

/**
 * Has a controller do something when the world's clock reaches a moment, also when nobody asks, so that watches see it.
 *
 * What it is refused then is noted in the journal, as for what it does within a write; nothing is ever thrown into a
 * timer.
 *
 * @param due Milliseconds since 1970.
 * @returns what calls it off
 */
export function later(world: World, name: string, due: number, run: (now: number) => void): () => void {
  return world.clock.schedule(
    due,
    (now) => {
      try {
        run(now);
      } catch (error) {
        const entry = world.journal.entries.at(-1);
        if (entry === undefined) return;
        if (error instanceof ApiError) world.journal.note(entry, `controller ${name}: ${error.message}`);
        else world.journal.fail(entry, error);
      }
    },
    true,
  );
}
