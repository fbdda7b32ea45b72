import type { WriteContext } from '../registry/contract.js';
import type { ObjectStore } from '../state/object-store.js';
import type { Controller } from './controller.js';
import { later } from './later.js';

const controllerName = 'event-expiry';
const events = { group: '', plural: 'events' };
/** Milliseconds an Event is kept after it was last written, and by how much later it may go. */
const kept = 3_600_000;
const grain = 300_000;

interface Written {
  readonly at: number;
  readonly namespace: string;
  readonly name: string;
}

/** When Events were last written, by uid, the oldest first; and whether somebody will look at them. */
interface Expiry {
  readonly written: Map<string, Written>;
  isPlanned: boolean;
}

const expiries = new WeakMap<ObjectStore, Expiry>();

/**
 * Forgets Events an hour after they were last written, as the storage of kube-apiserver does.
 *
 * Differs from Kubernetes: they go up to five minutes late, and those a world was loaded with stay until they are written to.
 */
export const eventExpiry: Controller = {
  name: controllerName,
  watches: ['events.'],
  reconcile: (context, { type, stored }) => {
    const { store } = context.cluster;
    const { uid = '', namespace = '', name } = stored.object.metadata;
    let expiry = expiries.get(store);
    if (expiry === undefined) expiries.set(store, (expiry = { written: new Map(), isPlanned: false }));
    // Those written again go to the end.
    expiry.written.delete(uid);
    if (type === 'DELETED') return;
    expiry.written.set(uid, { at: context.world.clock.now(), namespace, name });
    plan(context, expiry);
  },
};

function plan(context: WriteContext, expiry: Expiry): void {
  const { world, cluster } = context;
  const [first] = expiry.written.values();
  if (first === undefined || expiry.isPlanned) return;
  expiry.isPlanned = true;
  later(world, controllerName, first.at + kept + grain, (now) => {
    expiry.isPlanned = false;
    for (const [uid, { at, namespace, name }] of expiry.written) {
      if (at + kept > now) break;
      expiry.written.delete(uid);
      const found = cluster.store.find(events, namespace, name)?.object;
      if (found?.metadata.uid === uid) cluster.store.remove(events, namespace, name);
    }
    plan(context, expiry);
  });
}
