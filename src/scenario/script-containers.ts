import type { World } from '../state/world.js';
import { milliseconds } from './check.js';
import type { Scenario } from './scenario.js';

/** Decides what becomes of containers that have yet to start; of two entries that fit, the first wins. */
export function decideFates(world: World, { containers = [] }: Scenario): void {
  for (const { after, ...fate } of containers.toReversed())
    world.containers.addFate({ ...fate, ...(after !== undefined && { afterMs: milliseconds(after) }) });
}

/** Has the containers of a world answer, log and serve as a scenario says; of two entries that fit, the first wins. */
export function scriptContainers(world: World, { exec = [], logs = [], ports = [] }: Scenario): void {
  const { containers, clock } = world;
  for (const { delay, ...command } of exec.toReversed())
    containers.addCommand({ ...command, ...(delay !== undefined && { delayMs: milliseconds(delay) }) });
  for (const { every, ...log } of logs.toReversed())
    containers.addLog({
      ...log,
      since: clock.now(),
      ...(every !== undefined && { everyMs: milliseconds(every) }),
    });
  for (const port of ports.toReversed()) containers.addPort(port);
}
