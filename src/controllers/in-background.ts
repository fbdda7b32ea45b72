import { ApiError } from '../core/api-error.js';
import type { World } from '../state/world.js';

/** Runs something nobody waits for: what it is refused is noted in the journal, and nothing is ever thrown. */
export function quietly(world: World, controller: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    const entry = world.journal.entries.at(-1);
    if (entry === undefined) return;
    if (error instanceof ApiError) world.journal.note(entry, `controller ${controller}: ${error.message}`);
    else world.journal.fail(entry, error);
  }
}

/** Has a controller go on when something that takes its time is done, whichever way it ended. */
export function inBackground<T>(
  world: World,
  controller: string,
  work: Promise<T>,
  done: (outcome: PromiseSettledResult<T>) => void,
): void {
  void Promise.allSettled([work]).then(([outcome]) => {
    quietly(world, controller, () => {
      done(outcome);
    });
  });
}
