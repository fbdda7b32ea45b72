import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { isReady } from './pods.js';

/** Which pods of a workload have been ready for long enough to count. */
export interface Availability {
  readonly available: number;
  /** When the next one will have been, in milliseconds since 1970; `undefined`: none is on its way. */
  readonly next: number | undefined;
}

/** Since when a pod would be available, in milliseconds since 1970; `undefined` while it is not ready. */
function availableAt(owner: KubeObject, pod: KubeObject): number | undefined {
  if (!isReady(pod)) return undefined;
  const seconds = dig(owner, 'spec', 'minReadySeconds');
  if (typeof seconds !== 'number' || seconds <= 0) return 0;
  const condition = digArray(pod, 'status', 'conditions').find((one) => digString(one, 'type') === 'Ready');
  const since = Date.parse(digString(condition, 'lastTransitionTime'));
  return Number.isNaN(since) ? undefined : since + seconds * 1000;
}

/** Tells whether a pod has been ready for as long as its owner asks for. */
export function isAvailable({ world }: WriteContext, owner: KubeObject, pod: KubeObject): boolean {
  const at = availableAt(owner, pod);
  return at !== undefined && at <= world.clock.now();
}

/** Counts pods that have been ready for as long as their owner asks for. @see kubernetes/kubernetes pkg/api/v1/pod IsPodAvailable */
export function availabilityOf(
  { world }: WriteContext,
  owner: KubeObject,
  pods: readonly KubeObject[],
): Availability {
  const now = world.clock.now();
  const moments = pods.map((pod) => availableAt(owner, pod)).filter((at) => at !== undefined);
  const later = moments.filter((at) => at > now);
  return {
    available: moments.length - later.length,
    next: later.length > 0 ? Math.min(...later) : undefined,
  };
}
