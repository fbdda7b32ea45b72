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
import { keyOf } from '../controller.js';
import { controlledBy } from '../dependents.js';
import { indexKey, indexesIn } from './job-indexes.js';
import { activePods, createPod, podResource, recordPod, recordRefusal } from './pods.js';

const component = 'job-controller';
/** Milliseconds between a failed pod and the next one; each time twice as long, up to the longest. */
const firstWait = 10_000;
const longestWait = 600_000;

/** The pods of a Job that ended so. */
export function endedPods(
  { cluster }: WriteContext,
  job: KubeObject,
  phase: 'Succeeded' | 'Failed',
): readonly KubeObject[] {
  return controlledBy(cluster.store, job, podResource).filter(
    (pod) => digString(pod, 'status', 'phase') === phase,
  );
}

/** When the latest of a pod's containers ended, in milliseconds since 1970; 0 when none has. */
function endOf(pod: KubeObject): number {
  const ends = digArray(pod, 'status', 'containerStatuses').map((one) =>
    Date.parse(digString(one, 'state', 'terminated', 'finishedAt')),
  );
  return Math.max(0, ...ends.filter((at) => !Number.isNaN(at)));
}

/** When a Job's next pod may start, in milliseconds since 1970: failures since the last success put it off. */
export function retryAt(context: WriteContext, job: KubeObject): number {
  const succeeded = Math.max(0, ...endedPods(context, job, 'Succeeded').map(endOf));
  const failures = endedPods(context, job, 'Failed')
    .map(endOf)
    .filter((at) => at >= succeeded);
  if (failures.length === 0) return 0;
  return Math.max(...failures) + Math.min(longestWait, firstWait * 2 ** Math.min(10, failures.length - 1));
}

/** Takes the pods of a Job away that still run. */
export function deletePods(context: WriteContext, job: KubeObject): void {
  for (const pod of activePods(context, job)) {
    deleteObject(context, context.catalog.get('', 'pods'), keyOf(pod));
    recordPod(context, job, component, 'delete', pod.metadata.name);
  }
}

/** Makes as many pods as a Job has room and work for. */
export function makePods(context: WriteContext, job: KubeObject): void {
  const numberAt = (key: string): number | undefined => {
    const value = dig(job, 'spec', key);
    return typeof value === 'number' ? value : undefined;
  };
  const parallelism = numberAt('parallelism') ?? 1;
  const completions = numberAt('completions');
  const isIndexed = digString(job, 'spec', 'completionMode') === 'Indexed';
  const active = activePods(context, job);
  const succeeded = endedPods(context, job, 'Succeeded');
  const done = isIndexed ? indexesIn(succeeded, completions ?? 0).size : succeeded.length;
  const left = completions === undefined ? (done > 0 ? 0 : parallelism) : completions - done;
  const wanted = Math.min(parallelism, left);
  for (const pod of active.slice(Math.max(0, wanted))) {
    deleteObject(context, context.catalog.get('', 'pods'), keyOf(pod));
    recordPod(context, job, component, 'delete', pod.metadata.name);
  }
  const taken = indexesIn([...active, ...succeeded], completions ?? 0);
  let index = 0;
  for (let at = active.length; at < wanted; at += 1) {
    while (taken.has(index)) index += 1;
    if (!make(context, job, isIndexed ? index : undefined)) return;
    index += 1;
  }
}

function make(context: WriteContext, job: KubeObject, index: number | undefined): boolean {
  const template = digObject(job, 'spec', 'template');
  try {
    const pod =
      index === undefined
        ? createPod(context, job, template)
        : createPod(context, job, template, {
            generateName: `${job.metadata.name}-${String(index)}-`,
            labels: { [indexKey]: String(index) },
            annotations: { [indexKey]: String(index) },
            spec: indexedSpec(job, digObject(template, 'spec'), index),
          });
    recordPod(context, job, component, 'create', pod.metadata.name);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    recordRefusal(context, job, component, error.message);
    return false;
  }
}

/** What a pod of an indexed Job is told of its index. */
function indexedSpec(job: KubeObject, spec: JsonObject, index: number): JsonObject {
  const name = 'JOB_COMPLETION_INDEX';
  const value = { name, valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${indexKey}']` } } };
  const told = (list: readonly Json[]): readonly Json[] =>
    list.map((container) => {
      const env = digArray(container, 'env');
      if (!isJsonObject(container) || env.some((one) => digString(one, 'name') === name)) return container;
      return { ...container, env: [...env, value] };
    });
  const inits = digArray(spec, 'initContainers');
  return {
    containers: told(digArray(spec, 'containers')),
    ...(inits.length > 0 && { initContainers: told(inits) }),
    hostname: digString(spec, 'hostname') || `${job.metadata.name}-${String(index)}`,
  };
}
