import type { GroupResource } from '../core/api-error.js';
import type { KubeObject } from '../core/kube-object.js';
import type { WriteContext } from '../registry/contract.js';
import type { ObjectStore } from '../state/object-store.js';
import type { World } from '../state/world.js';
import { quietly } from './in-background.js';

/**
 * Has a controller do something when the world's clock reaches a moment: though nobody asks, so that watches see it, and
 * with the clock at that moment, also when it jumps over it.
 *
 * What it is refused then is noted in the journal, as for what it does within a write; nothing is ever thrown into a
 * timer.
 *
 * @param due Milliseconds since 1970.
 * @param run Told how far the clock has got meanwhile.
 * @returns what calls it off
 */
export function later(world: World, controller: string, due: number, run: (now: number) => void): () => void {
  return world.clock.schedule(
    due,
    (now) => {
      quietly(world, controller, () => {
        run(now);
      });
    },
    true,
  );
}

interface Alarm {
  readonly due: number;
  readonly callOff: () => void;
}

/** By controller and uid. */
const alarms = new WeakMap<ObjectStore, Map<string, Alarm>>();

/**
 * Has an object looked at again at a moment, in place of any other moment this controller has said for it; never, without
 * one. Moments are milliseconds since 1970; `skip` puts this one off when the clock has jumped far beyond it, to `now`.
 */
export function lookAgainAt(
  { world, cluster }: WriteContext,
  controller: string,
  resource: GroupResource,
  object: KubeObject,
  due: number | undefined,
  skip: (due: number, now: number) => number = (at) => at,
): void {
  const { store } = cluster;
  const { namespace, name, uid = '' } = object.metadata;
  let known = alarms.get(store);
  if (known === undefined) alarms.set(store, (known = new Map<string, Alarm>()));
  const id = `${controller} ${uid}`;
  const before = known.get(id);
  if (before?.due === due) return;
  before?.callOff();
  known.delete(id);
  if (due === undefined) return;
  const set = (at: number): void => {
    const callOff = later(world, controller, at, (now) => {
      known.delete(id);
      const next = skip(at, now);
      if (next > at) {
        set(next);
        return;
      }
      const stored = store.find(resource, namespace, name);
      if (stored === undefined || stored.object.metadata.uid !== uid) return;
      const { version } = store;
      world.listener?.(world, cluster, { type: 'MODIFIED', version, resource, stored, previous: stored });
    });
    known.set(id, { due: at, callOff });
  };
  set(due);
}
