import { Random } from './random.js';

/** How often a kubelet reports when nothing has changed, in milliseconds. */
const period = 300_000;
/** Reports are gathered into ticks this far apart, so that thousands of nodes do not change one by one. */
export const heartbeatTick = 30_000;
/** How far a node is ahead of the origin; none reports in the first tick after it. Milliseconds. */
export function phaseOf(name: string): number {
  return new Random(`heartbeat ${name}`).integer(period / heartbeatTick) * heartbeatTick;
}

/** When nodes of a phase reported last. */
export function lastBeat(phase: number, origin: number, now: number): number {
  return origin - phase + Math.floor((now - origin + phase) / period) * period;
}

/** When a node reported last, in milliseconds since 1970: every node has a phase of its own, counted from the origin. */
export function lastHeartbeat(name: string, origin: number, now: number): number {
  return lastBeat(phaseOf(name), origin, now);
}
