import { dig, digArray, digString } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { hasFinalizer, isDeleting } from '../controller.js';
import { controlledBy } from '../dependents.js';
import { hasJobFeature } from './job-features.js';
import { indexesIn, indexesOf, indexOf } from './job-indexes.js';
import { isIndexed, limitPerIndex, verdictOf, waitsForEnd } from './job-policies.js';
import { jobPods, trackingFinalizer } from './job-pod-index.js';
import { isFinished, podResource } from './pods.js';

/** Annotation of a pod that says how often its index had failed before it. */
export const failureCount = 'batch.kubernetes.io/job-index-failure-count';
/** The same for failures that do not count. */
export const ignoredCount = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** How far a Job has got, by its pods and what it has counted before. */
export interface JobTally {
  /** The pods it has, those on their way out included; where they are tracked, without those that succeeded and are counted. */
  readonly pods: readonly KubeObject[];
  /** When the latest of all that succeeded did, in milliseconds since 1970; 0 when none has. */
  readonly lastSuccess: number;
  readonly active: readonly KubeObject[];
  /** Pods on their way out that still run. */
  readonly terminating: readonly KubeObject[];
  readonly succeeded: number;
  /** As the status says it; pods that are not counted yet for the sake of those that replace them are left out. */
  readonly failed: number;
  /** Of an indexed Job; empty for others. */
  readonly done: ReadonlySet<number>;
  /** Indexes that have failed for good; `undefined` where they are not counted one by one. */
  readonly lost: ReadonlySet<number> | undefined;
  /** By index, the failed pod that awaits its replacement. */
  readonly replaceable: ReadonlyMap<number, KubeObject>;
  /** Pods the numbers now include, which nothing holds any longer. */
  readonly counted: readonly KubeObject[];
}

/** Tells whether a Job takes a pod for failed. */
export function hasPodFailed({ world }: WriteContext, job: KubeObject, pod: KubeObject): boolean {
  const phase = digString(pod, 'status', 'phase');
  if (phase === 'Failed') return true;
  return isDeleting(pod) && phase !== 'Succeeded' && !waitsForEnd(world, job);
}

/** `spec.completions`; `undefined` for a queue of work. */
export function completionsOf(job: KubeObject): number | undefined {
  const completions = dig(job, 'spec', 'completions');
  return typeof completions === 'number' ? completions : undefined;
}

/**
 * Counts the pods of a Job. Where pods are tracked, those with the finalizer are added to what the status says; where
 * they are not, the numbers are of the pods that are still there.
 *
 * @see kubernetes/kubernetes pkg/controller/job/job_controller.go getNewFinishedPods, trackJobStatusAndRemoveFinalizers
 */
export function tallyOf(context: WriteContext, job: KubeObject): JobTally {
  const { world, cluster } = context;
  const tracks = hasJobFeature(world, 'tracking');
  const { open, lastSuccess } = jobPods(cluster.store, job);
  const pods = tracks
    ? [...open.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    : controlledBy(cluster.store, job, podResource);
  const isNew = (pod: KubeObject): boolean => !tracks || hasFinalizer(pod, trackingFinalizer);
  const before = (key: string): number => (tracks ? Number(dig(job, 'status', key) ?? 0) || 0 : 0);
  const succeededPods = pods.filter((pod) => digString(pod, 'status', 'phase') === 'Succeeded');
  const failedPods = pods.filter((pod) =>
    tracks ? hasPodFailed(context, job, pod) : digString(pod, 'status', 'phase') === 'Failed',
  );
  const completions = completionsOf(job) ?? 0;
  const done = isIndexed(job) ? indexesIn(succeededPods, completions) : new Set<number>();
  if (isIndexed(job) && tracks)
    for (const index of indexesOf(digString(job, 'status', 'completedIndexes'), completions)) done.add(index);
  const active = pods.filter((pod) => !isFinished(pod) && !isDeleting(pod));
  const lost = lostOf(context, job, failedPods, completions);
  const replaceable = new Map<number, KubeObject>();
  if (lost !== undefined) {
    const settled = new Set([...indexesIn(active, completions), ...done, ...lost]);
    for (const pod of failedPods) {
      const index = indexOf(pod, completions);
      if (index === undefined || settled.has(index)) continue;
      const other = replaceable.get(index);
      if (other === undefined || attemptsOf(pod) > attemptsOf(other)) replaceable.set(index, pod);
    }
  }
  const awaited = new Set(replaceable.values());
  const ended = failedPods.filter((pod) => isNew(pod) && !awaited.has(pod));
  const newlySucceeded = succeededPods.filter(isNew);
  return {
    pods,
    lastSuccess,
    active,
    terminating: pods.filter((pod) => isDeleting(pod) && !isFinished(pod)),
    succeeded: isIndexed(job) ? done.size : before('succeeded') + newlySucceeded.length,
    failed: before('failed') + ended.filter((pod) => verdictOf(world, job, pod).counts).length,
    done,
    lost,
    replaceable,
    counted: tracks ? [...newlySucceeded, ...ended] : [],
  };
}

function countIn(pod: KubeObject, key: string): number {
  return Number(annotation(pod, key) ?? 0) || 0;
}

/** How often the index of a pod had been tried in vain before it. */
export function attemptsOf(pod: KubeObject): number {
  return countIn(pod, failureCount) + countIn(pod, ignoredCount);
}

/** What the pod that replaces a failed one of its index is told; without one, that it is the first. */
export function failuresAfter(
  { world }: WriteContext,
  job: KubeObject,
  pod: KubeObject | undefined,
): { readonly failed: number; readonly ignored: number } {
  if (pod === undefined) return { failed: 0, ignored: 0 };
  const [failed, ignored] = [countIn(pod, failureCount), countIn(pod, ignoredCount)];
  return verdictOf(world, job, pod).counts
    ? { failed: failed + 1, ignored }
    : { failed, ignored: ignored + 1 };
}

function lostOf(
  { world }: WriteContext,
  job: KubeObject,
  failedPods: readonly KubeObject[],
  completions: number,
): ReadonlySet<number> | undefined {
  const limit = limitPerIndex(world, job);
  if (limit === undefined) return undefined;
  const lost = indexesOf(digString(job, 'status', 'failedIndexes'), completions);
  for (const pod of failedPods) {
    const index = indexOf(pod, completions);
    if (index === undefined) continue;
    const { counts, action } = verdictOf(world, job, pod);
    if (action === 'FailIndex' || (counts && countIn(pod, failureCount) >= limit)) lost.add(index);
  }
  return lost;
}

/** How often containers of a Job's active pods were started again. */
export function restartsOf({ active }: JobTally): number {
  return active
    .flatMap((pod) => [
      ...digArray(pod, 'status', 'initContainerStatuses'),
      ...digArray(pod, 'status', 'containerStatuses'),
    ])
    .reduce((sum: number, one) => sum + Number(dig(one, 'restartCount') ?? 0), 0);
}
