import { digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ObjectStore } from '../../state/object-store.js';

/** Annotation of Endpoints and EndpointSlices: when that happened which they were last written for. */
export const triggerTimeKey = 'endpoints.kubernetes.io/last-change-trigger-time';

/** What was known of a Service when it was last looked at. */
interface Seen {
  readonly service: string;
  /** When pods became ready or stopped to be, by name. */
  readonly pods: ReadonlyMap<string, string>;
}

const seenOf = new WeakMap<ObjectStore, Map<string, Seen>>();

/**
 * The earliest moment of what happened to a Service and its pods since this was last asked; of one that was not known it
 * is that of its creation.
 *
 * @returns RFC 3339; `undefined` when nothing happened that has a moment
 * @see kubernetes/endpointslice trigger_time_tracker.go
 */
export function triggerTime(
  store: ObjectStore,
  { metadata }: KubeObject,
  pods: readonly KubeObject[],
): string | undefined {
  let seen = seenOf.get(store);
  if (seen === undefined) seenOf.set(store, (seen = new Map<string, Seen>()));
  const key = keyOf(metadata.namespace, metadata.name);
  const before = seen.get(key);
  const created = metadata.creationTimestamp ?? '';
  const now = new Map<string, string>();
  const news: string[] = [];
  for (const pod of pods) {
    const moment = turnOf(pod);
    if (moment === '') continue;
    now.set(pod.metadata.name, moment);
    // Moments of one form are in order as texts.
    if (moment > (before?.pods.get(pod.metadata.name) ?? '')) news.push(moment);
  }
  seen.set(key, { service: created, pods: now });
  if (before === undefined) return created === '' ? undefined : created;
  if (created > before.service) news.push(created);
  return news.reduce<string | undefined>(
    (least, moment) => (least === undefined || moment < least ? moment : least),
    undefined,
  );
}

/** Forgets a Service that is gone. */
export function forgetTriggerTime(store: ObjectStore, namespace: string, name: string): void {
  seenOf.get(store)?.delete(keyOf(namespace, name));
}

function keyOf(namespace = '', name: string): string {
  return `${namespace}/${name}`;
}

function turnOf(pod: KubeObject): string {
  const ready = digArray(pod, 'status', 'conditions').find((one) => digString(one, 'type') === 'Ready');
  return digString(ready, 'lastTransitionTime');
}
