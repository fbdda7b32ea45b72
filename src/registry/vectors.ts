import type { Reply, RequestContext } from './contract.js';
import { json } from './reply.js';

/** A counter: its name and how many there are. */
export type Counter = readonly [name: string, count: number];

/** Counters as Prometheus vectors; moment and count are both whole numbers. */
export function vectors({ world }: Pick<RequestContext, 'world'>, counters: readonly Counter[]): Reply {
  const now = world.clock.seconds();
  return json({
    results: counters.map(([name, count]) => ({
      metric_name: name,
      data: { resultType: 'vector', result: [{ value: [now, count] }] },
    })),
  });
}
