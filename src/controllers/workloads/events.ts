import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { correlate } from './event-correlator.js';

const events = { group: '', plural: 'events' };
/** Name of the switch that turns the events of all controllers off. */
export const eventsSwitch = 'events';

/** What happened to an object. */
export interface Happening {
  readonly type?: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Who noticed, such as `deployment-controller`. */
  readonly component: string;
  /** The node it happened on. */
  readonly host?: string;
  /** Part of the object, such as `spec.containers{web}`. */
  readonly fieldPath?: string;
}

/**
 * Writes down what happened to an object, as an Event beside it: events of cluster-wide objects are in `default`. What
 * happens again and again becomes one Event with a count.
 */
export function recordEvent(
  { world, cluster }: WriteContext,
  { apiVersion, kind, metadata }: KubeObject,
  { type = 'Normal', reason, message, component, host = '', fieldPath }: Happening,
): void {
  if (world.switchedOff.has(eventsSwitch)) return;
  const { store } = cluster;
  const { name, namespace, uid, resourceVersion } = metadata;
  const source = [component, host, kind, namespace, name, uid, apiVersion].join(' ');
  const key = { source, kind: [type, reason, fieldPath].join(' '), message };
  const told = correlate(store, key, world.clock.now());
  if (told.isDropped) return;
  const place = namespace ?? 'default';
  const lastTimestamp = world.clock.timestamp();
  const known = told.name === '' ? undefined : store.find(events, place, told.name)?.object;
  if (known !== undefined) {
    store.replace(events, { ...known, count: told.count, lastTimestamp, message: told.message });
    return;
  }
  // Nothing new is made in a namespace that is on its way out.
  const home = store.find({ group: '', plural: 'namespaces' }, undefined, place)?.object;
  if (home?.metadata.deletionTimestamp !== undefined) return;
  const id = (BigInt(world.clock.now()) * 1_000_000n + BigInt(store.version)).toString(16);
  const { object } = store.create(events, {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name: `${name}.${id}`, namespace: place },
    involvedObject: {
      kind,
      ...(namespace !== undefined && { namespace }),
      name,
      ...(uid !== undefined && { uid }),
      apiVersion,
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(fieldPath !== undefined && { fieldPath }),
    },
    reason,
    message: told.message,
    source: { component, ...(host !== '' && { host }) },
    firstTimestamp: told.first,
    lastTimestamp,
    count: told.count,
    type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host,
  });
  told.keep(object.metadata.name);
}
