import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';

const events = { group: '', plural: 'events' };
/** Name of the switch that turns the events of all workload controllers off. */
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

/** Writes down what happened to an object, as an Event beside it. */
export function recordEvent(
  { world, cluster }: WriteContext,
  { apiVersion, kind, metadata }: KubeObject,
  { type = 'Normal', reason, message, component, host, fieldPath }: Happening,
): void {
  if (world.switchedOff.has(eventsSwitch)) return;
  const { store } = cluster;
  const { name, namespace, uid, resourceVersion } = metadata;
  const now = world.clock.timestamp();
  const id = (BigInt(world.clock.now()) * 1_000_000n + BigInt(store.version)).toString(16);
  store.create(events, {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name: `${name}.${id}`, namespace: namespace ?? 'default' },
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
    message,
    source: { component, ...(host !== undefined && { host }) },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host ?? '',
  });
}
