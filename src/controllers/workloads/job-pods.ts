import { ApiError } from '../../core/api-error.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import type { World } from '../../state/world.js';
import { hasFinalizer, keyOf, withoutFinalizer } from '../controller.js';
import { hasJobFeature } from './job-features.js';
import { indexesIn, indexKey, indexOf } from './job-indexes.js';
import { isIndexed, waitsForEnd } from './job-policies.js';
import {
  attemptsOf,
  completionsOf,
  failureCount,
  failuresAfter,
  hasPodFailed,
  ignoredCount,
  type JobTally,
} from './job-tally.js';
import { endOf, trackingFinalizer } from './job-pod-index.js';
import { createPod, podResource, podsAtOnce, recordPod, recordRefusal } from './pods.js';

const component = 'job-controller';
/** Milliseconds between a failed pod and the next one; each time twice as long, up to the longest. */
const firstWait = 10_000;
const longestWait = 600_000;

function latest(moments: readonly number[]): number {
  return moments.reduce((last, at) => Math.max(last, at), 0);
}

function waitAfter(failures: number): number {
  return Math.min(longestWait, firstWait * 2 ** Math.min(10, failures - 1));
}

/**
 * When a Job's next pod may start, in milliseconds since 1970: failures since the last success put it off, or those of
 * an index where they are counted one by one.
 */
export function retryAt(context: WriteContext, job: KubeObject, tally: JobTally): number {
  if (tally.lost !== undefined) {
    const waits = [...tally.replaceable.values()].map(retryOf).filter((at) => at > context.world.clock.now());
    return waits.length > 0 ? Math.min(...waits) : 0;
  }
  const failed = tally.pods.filter((pod) => hasPodFailed(context, job, pod)).map(endOf);
  if (failed.length === 0) return 0;
  const failures = failed.filter((at) => at >= tally.lastSuccess);
  return failures.length === 0 ? 0 : latest(failures) + waitAfter(failures.length);
}

/** When the pod that replaces one of its index may start. */
function retryOf(pod: KubeObject): number {
  return endOf(pod) + waitAfter(attemptsOf(pod) + 1);
}

/** Lets go of pods that are counted, or that nobody counts any more. */
export function releasePods({ cluster }: WriteContext, pods: readonly KubeObject[]): void {
  for (const { metadata } of pods) {
    const pod = cluster.store.find(podResource, metadata.namespace, metadata.name)?.object;
    if (pod === undefined || pod.metadata.uid !== metadata.uid) continue;
    if (!hasFinalizer(pod, trackingFinalizer)) continue;
    const { finalizers, ...rest } = withoutFinalizer(pod, trackingFinalizer).metadata;
    const isHeld = finalizers !== undefined && finalizers.length > 0;
    cluster.store.replace(podResource, { ...pod, metadata: { ...rest, ...(isHeld && { finalizers }) } });
  }
}

/** Takes pods of a Job away that still run, without counting them. */
export function deletePods(context: WriteContext, job: KubeObject, pods: readonly KubeObject[]): void {
  releasePods(context, pods);
  for (const pod of pods) {
    deleteObject(context, context.catalog.get('', 'pods'), keyOf(pod));
    recordPod(context, job, component, 'delete', pod.metadata.name);
  }
}

/** Makes as many pods as a Job has room and work for, and takes those away it has too many of. */
export function makePods(context: WriteContext, job: KubeObject, tally: JobTally): void {
  const { active, terminating } = tally;
  const given = dig(job, 'spec', 'parallelism');
  const parallelism = typeof given === 'number' ? given : 1;
  const completions = completionsOf(job);
  const most = Math.min(parallelism, (completions ?? Infinity) - tally.succeeded);
  const wanted = completions === undefined && tally.succeeded > 0 ? active.length : Math.max(0, most);
  if (active.length > wanted) {
    deletePods(context, job, active.slice(wanted).slice(0, podsAtOnce));
    return;
  }
  const leaving = waitsForEnd(context.world, job) ? terminating.length : 0;
  const missing = Math.min(podsAtOnce, wanted - active.length - leaving);
  if (!isIndexed(job)) {
    if (context.world.clock.now() < retryAt(context, job, tally)) return;
    for (let count = 0; count < missing; count += 1) if (!make(context, job, tally, undefined)) return;
    return;
  }
  // One moment for all where failures are not counted by index.
  const next = tally.lost === undefined ? retryAt(context, job, tally) : undefined;
  for (const index of pendingIndexes(context, job, tally, missing)) {
    if (context.world.clock.now() < (next ?? retryAtIndex(tally, index))) continue;
    if (!make(context, job, tally, index)) return;
  }
}

function retryAtIndex({ replaceable }: JobTally, index: number): number {
  const before = replaceable.get(index);
  return before === undefined ? 0 : retryOf(before);
}

/** The first indexes nobody works at that are neither done nor lost. */
function pendingIndexes(context: WriteContext, job: KubeObject, tally: JobTally, count: number): number[] {
  const completions = completionsOf(job) ?? 0;
  const taken = new Set([...indexesIn(tally.active, completions), ...tally.done, ...(tally.lost ?? [])]);
  if (waitsForEnd(context.world, job))
    for (const index of indexesIn(tally.terminating, completions)) taken.add(index);
  const found: number[] = [];
  for (let index = 0; index < completions && found.length < count; index += 1)
    if (!taken.has(index)) found.push(index);
  return found;
}

function make(context: WriteContext, job: KubeObject, tally: JobTally, index: number | undefined): boolean {
  const given = digObject(job, 'spec', 'template');
  const template = hasJobFeature(context.world, 'tracking') ? tracked(given) : given;
  try {
    const pod =
      index === undefined
        ? createPod(context, job, template)
        : createPod(context, job, template, {
            generateName: `${job.metadata.name}-${String(index)}-`,
            ...(hasJobFeature(context.world, 'indexLabel') && { labels: { [indexKey]: String(index) } }),
            annotations: { [indexKey]: String(index), ...failuresTold(context, job, tally, index) },
            spec: indexedSpec(context.world, job, digObject(template, 'spec'), index),
          });
    recordPod(context, job, component, 'create', pod.metadata.name);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    recordRefusal(context, job, component, error.message);
    return false;
  }
}

function tracked(template: JsonObject): JsonObject {
  const metadata = digObject(template, 'metadata');
  const finalizers = [...digArray(metadata, 'finalizers'), trackingFinalizer];
  return { ...template, metadata: { ...metadata, finalizers } };
}

function failuresTold(context: WriteContext, job: KubeObject, tally: JobTally, index: number): JsonObject {
  if (tally.lost === undefined) return {};
  const before = tally.pods
    .filter((pod) => indexOf(pod, index + 1) === index && hasPodFailed(context, job, pod))
    .sort((a, b) => attemptsOf(b) - attemptsOf(a))[0];
  const { failed, ignored } = failuresAfter(context, job, before);
  return { [failureCount]: String(failed), ...(ignored > 0 && { [ignoredCount]: String(ignored) }) };
}

/** What a pod of an indexed Job is told of its index. */
function indexedSpec(world: World, job: KubeObject, spec: JsonObject, index: number): JsonObject {
  const name = 'JOB_COMPLETION_INDEX';
  const told = hasJobFeature(world, 'indexLabel') ? 'labels' : 'annotations';
  const value = { name, valueFrom: { fieldRef: { fieldPath: `metadata.${told}['${indexKey}']` } } };
  const within = (list: readonly Json[]): readonly Json[] =>
    list.map((container) => {
      const env = digArray(container, 'env');
      if (!isJsonObject(container) || env.some((one) => digString(one, 'name') === name)) return container;
      return { ...container, env: [...env, value] };
    });
  const inits = digArray(spec, 'initContainers');
  return {
    containers: within(digArray(spec, 'containers')),
    ...(inits.length > 0 && { initContainers: within(inits) }),
    hostname: digString(spec, 'hostname') || `${job.metadata.name}-${String(index)}`,
  };
}
