import { digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ObjectStore } from '../../state/object-store.js';
import { hasFinalizer, isDeleting } from '../controller.js';
import { controllerOf } from '../dependents.js';
import { storeIndex } from '../store-index.js';

/** Finalizer of pods of Jobs that have not been counted. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

/** What there is to know of a Job's pods without looking at each of those that are done and counted. */
export interface JobPods {
  /** Those that are not, by name. */
  readonly open: ReadonlyMap<string, KubeObject>;
  /** When the latest of all that succeeded did, in milliseconds since 1970; 0 when none has. */
  readonly lastSuccess: number;
}

interface Counted {
  readonly open: Map<string, KubeObject>;
  lastSuccess: number;
}

const nothing: JobPods = { open: new Map(), lastSuccess: 0 };

/** When the latest of a pod's containers ended, in milliseconds since 1970; 0 when none has. */
export function endOf(pod: KubeObject): number {
  const ends = digArray(pod, 'status', 'containerStatuses').map((one) =>
    Date.parse(digString(one, 'state', 'terminated', 'finishedAt')),
  );
  return Math.max(0, ...ends.filter((at) => !Number.isNaN(at)));
}

function hasSucceeded(pod: KubeObject): boolean {
  return digString(pod, 'status', 'phase') === 'Succeeded';
}

/** By uid of the Job. */
const index = storeIndex<Map<string, Counted>>({
  of: ['pods.'],
  make: () => new Map(),
  add: (jobs, pod) => {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'Job') return;
    let known = jobs.get(owner.uid);
    if (known === undefined) jobs.set(owner.uid, (known = { open: new Map(), lastSuccess: 0 }));
    if (hasSucceeded(pod)) known.lastSuccess = Math.max(known.lastSuccess, endOf(pod));
    if (!hasSucceeded(pod) || hasFinalizer(pod, trackingFinalizer) || isDeleting(pod))
      known.open.set(pod.metadata.name, pod);
  },
  remove: (jobs, pod) => {
    const owner = controllerOf(pod);
    if (owner?.kind === 'Job') jobs.get(owner.uid)?.open.delete(pod.metadata.name);
  },
});

/** What there is to know of a Job's pods. */
export function jobPods(store: ObjectStore, { metadata }: KubeObject): JobPods {
  return index(store).get(metadata.uid ?? '') ?? nothing;
}
