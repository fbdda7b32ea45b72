import { digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { formatTimestamp } from '../../state/clock.js';
import { renewLeases } from './renew-leases.js';
import { heartbeatTick, lastBeat, phaseOf } from '../../state/heartbeat-times.js';
import type { ClusterState, Routine, World } from '../../state/world.js';

const nodes = { group: '', plural: 'nodes' };

/** Reports written in one go; the rest waits for the next request. */
const mostAtOnce = 1000;

/** Names of nodes whose kubelet is alive, by cluster. */
export type LiveNodes = ReadonlyMap<string, readonly string[]>;

/** Nodes of a cluster that report at the same moments. */
interface Choir {
  readonly cluster: string;
  /** Milliseconds by which they are ahead of the origin. */
  readonly phase: number;
  readonly names: string[];
}

/**
 * Keeps nodes reporting: `lastHeartbeatTime` of their conditions follows the clock.
 *
 * A node whose Ready condition is Unknown has lost its kubelet and stays as it is.
 *
 * @param origin Milliseconds since 1970 from which phases count.
 */
export function nodeHeartbeats(live: LiveNodes, origin: number): Routine {
  const choirs = choirsOf(live);
  return (world) => {
    const reporting = choirs.map((choir) => new Reporting(choir, origin));
    for (const each of reporting)
      each.catchUp(world, Infinity, (cluster, node) => cluster.store.load(nodes, node));
    schedule(world, reporting, nextTick(world, origin), origin);
  };
}

function choirsOf(live: LiveNodes): Choir[] {
  const choirs = new Map<string, Choir>();
  for (const [cluster, names] of live) {
    for (const name of names) {
      const phase = phaseOf(name);
      const key = `${cluster} ${String(phase)}`;
      const known = choirs.get(key);
      if (known === undefined) choirs.set(key, { cluster, phase, names: [name] });
      else known.names.push(name);
    }
  }
  return [...choirs.values()];
}

function nextTick(world: World, origin: number): number {
  return origin + (Math.floor((world.clock.now() - origin) / heartbeatTick) + 1) * heartbeatTick;
}

function schedule(world: World, reporting: readonly Reporting[], due: number, origin: number): void {
  world.clock.schedule(due, (now) => {
    let left = mostAtOnce;
    for (const each of reporting) {
      left -= each.catchUp(world, left, (cluster, node) => cluster.store.replace(nodes, node));
    }
    for (const each of reporting) each.renewLeases(world, now);
    schedule(world, reporting, left > 0 ? nextTick(world, origin) : now + 1, origin);
  });
}

/** How far the nodes of a choir have got in one world. */
class Reporting {
  readonly #choir: Choir;
  readonly #origin: number;
  /** The moment being reported, and how many have done so. */
  #beat = Number.NaN;
  #done = 0;

  constructor(choir: Choir, origin: number) {
    this.#choir = choir;
    this.#origin = origin;
  }

  /** Renews the leases of kubelets, as far as they are looked at and not too many. */
  renewLeases(world: World, now: number): void {
    const cluster = world.clusters.get(this.#choir.cluster);
    if (cluster !== undefined) renewLeases(cluster, this.#choir.names.slice(0, mostAtOnce), now);
  }

  /** Writes the reports that are due, up to a number of them. @returns how many were written */
  catchUp(world: World, most: number, write: (cluster: ClusterState, node: KubeObject) => void): number {
    const { cluster: clusterName, phase, names } = this.#choir;
    const beat = lastBeat(phase, this.#origin, world.clock.now());
    if (beat !== this.#beat) [this.#beat, this.#done] = [beat, 0];
    const cluster = world.clusters.get(clusterName);
    if (cluster === undefined || this.#done === names.length) return 0;
    const heartbeat = formatTimestamp(beat);
    let written = 0;
    for (; this.#done < names.length && written < most; this.#done += 1) {
      const node = cluster.store.find(nodes, undefined, names[this.#done] ?? '')?.object;
      const reported = node && beating(node, heartbeat);
      if (reported === undefined) continue;
      write(cluster, reported);
      written += 1;
    }
    return written;
  }
}

/** The node with a new heartbeat; `undefined` when it has that one or its kubelet is gone. */
function beating(node: KubeObject, heartbeat: string): KubeObject | undefined {
  const status = digObject(node, 'status');
  const conditions = digArray(status, 'conditions');
  const ready = conditions.find((condition) => digString(condition, 'type') === 'Ready');
  if (ready === undefined || digString(ready, 'status') === 'Unknown') return undefined;
  if (digString(ready, 'lastHeartbeatTime') === heartbeat) return undefined;
  return {
    ...node,
    status: { ...status, conditions: conditions.map((condition) => reported(condition, heartbeat)) },
  };
}

/** The network plugin reports once, when it comes up; only the kubelet repeats itself. */
function reported(condition: Json, lastHeartbeatTime: string): JsonObject {
  const given = digObject(condition);
  return digString(given, 'type') === 'NetworkUnavailable' ? given : { ...given, lastHeartbeatTime };
}
