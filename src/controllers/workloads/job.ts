import { ApiError } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, keyOf, type QueuedController } from '../controller.js';
import { controlledBy } from '../dependents.js';
import { recordEvent } from './events.js';
import {
  activePods,
  createPod,
  isReady,
  ownersOf,
  ownKey,
  podResource,
  recordPod,
  recordRefusal,
} from './pods.js';
import { mergeConditions, writeStatus, type Condition } from './write-status.js';

const component = 'job-controller';
const pastLimit = 'Job has reached the specified backoff limit';
const jobs = { group: 'batch', plural: 'jobs' };

/**
 * Has pods do a Job's work; they are done at once, and so is the Job, unless they fail too often.
 *
 * Differs from Kubernetes: what failed is tried again at once, not after a while.
 *
 * @see kubernetes/kubernetes pkg/controller/job/job_controller.go
 */
export const jobController: QueuedController = {
  name: 'job',
  watches: ['jobs.batch', 'pods.'],
  keysOf: (_context, change) =>
    change.resource.plural === 'jobs' ? [ownKey(change)] : ownersOf(change, 'Job'),
  settle: (context, { namespace, name }) => {
    const job = context.cluster.store.find(jobs, namespace, name)?.object;
    if (job === undefined || isDeleting(job) || isOver(job)) return;
    const isSuspended = dig(job, 'spec', 'suspend') === true;
    const isFailed = !isSuspended && isPastLimit(context, job);
    if (isSuspended || isFailed) {
      for (const pod of activePods(context, job))
        deleteObject(context, context.catalog.get('', 'pods'), keyOf(pod));
    } else {
      work(context, job);
    }
    report(context, job, isSuspended, isFailed);
  },
};

/** Tells whether a Job has come to its end. */
export function isOver(job: KubeObject): boolean {
  return digArray(job, 'status', 'conditions').some(
    (one) => ['Complete', 'Failed'].includes(digString(one, 'type')) && digString(one, 'status') === 'True',
  );
}

/** Tells whether a Job has come to a bad end. */
export function hasFailed(job: KubeObject): boolean {
  return digArray(job, 'status', 'conditions').some(
    (one) => digString(one, 'type') === 'Failed' && digString(one, 'status') === 'True',
  );
}

function ended({ cluster }: WriteContext, job: KubeObject, phase: 'Succeeded' | 'Failed'): number {
  return controlledBy(cluster.store, job, podResource).filter(
    (pod) => digString(pod, 'status', 'phase') === phase,
  ).length;
}

/** Whether a Job's pods have failed, or its containers been restarted, more often than it may be tried again. */
function isPastLimit(context: WriteContext, job: KubeObject): boolean {
  const given = dig(job, 'spec', 'backoffLimit');
  const limit = typeof given === 'number' ? given : 6;
  if (ended(context, job, 'Failed') > limit) return true;
  if (digString(job, 'spec', 'template', 'spec', 'restartPolicy') !== 'OnFailure') return false;
  const restarts = activePods(context, job)
    .flatMap((pod) => digArray(pod, 'status', 'containerStatuses'))
    .reduce((sum: number, one) => sum + Number(dig(one, 'restartCount') ?? 0), 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function count(job: KubeObject, key: 'parallelism' | 'completions'): number | undefined {
  const value = dig(job, 'spec', key);
  return typeof value === 'number' ? value : undefined;
}

function work(context: WriteContext, job: KubeObject): void {
  const done = ended(context, job, 'Succeeded');
  const parallelism = count(job, 'parallelism') ?? 1;
  const completions = count(job, 'completions');
  const active = activePods(context, job).length;
  const left = completions === undefined ? (done > 0 ? 0 : parallelism) : completions - done;
  const isIndexed = digString(job, 'spec', 'completionMode') === 'Indexed';
  for (let at = active; at < Math.min(parallelism, left); at += 1) {
    const index = String(done + at);
    const indexed = isIndexed && { 'batch.kubernetes.io/job-completion-index': index };
    try {
      const pod = createPod(context, job, digObject(job, 'spec', 'template'), {
        ...(indexed && { labels: indexed, annotations: indexed }),
      });
      recordPod(context, job, component, 'create', pod.metadata.name);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      recordRefusal(context, job, component, error.message);
      return;
    }
  }
}

function report(context: WriteContext, job: KubeObject, isSuspended: boolean, isFailed: boolean): void {
  const { world } = context;
  const now = world.clock.timestamp();
  const done = ended(context, job, 'Succeeded');
  const failed = ended(context, job, 'Failed');
  const active = activePods(context, job);
  const completions = count(job, 'completions');
  const isComplete = !isSuspended && !isFailed && active.length === 0 && done >= (completions ?? 1);
  const conditions: Condition[] = isSuspended
    ? [{ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }]
    : isComplete
      ? [{ type: 'Complete', status: 'True' }]
      : isFailed
        ? [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: pastLimit }]
        : [];
  const before = digArray(job, 'status', 'conditions').filter(isJsonObject);
  const dated = mergeConditions(before, conditions, now).map((one) => ({ lastProbeTime: now, ...one }));
  const startTime = dig(job, 'status', 'startTime') ?? now;
  const status: JsonObject = {
    ...(dated.length > 0 && { conditions: dated }),
    ...(!isSuspended && { startTime }),
    ...(isComplete && { completionTime: now }),
    ...(active.length > 0 && { active: active.length }),
    ...(done > 0 && { succeeded: done }),
    ...(failed > 0 && { failed }),
    uncountedTerminatedPods: {},
    ready: active.filter(isReady).length,
  };
  const isNew = writeStatus(context, context.catalog.get('batch', 'jobs'), job, status);
  if (!isNew || !(isComplete || isFailed)) return;
  recordEvent(
    context,
    job,
    isComplete
      ? { reason: 'Completed', message: 'Job completed', component }
      : { type: 'Warning', reason: 'BackoffLimitExceeded', message: pastLimit, component },
  );
  expire(context, job);
}

/** Deletes a finished Job when it has been kept as long as it asks for. */
function expire(context: WriteContext, { metadata, spec }: KubeObject): void {
  const seconds = dig(spec, 'ttlSecondsAfterFinished');
  if (typeof seconds !== 'number') return;
  const { clock } = context.world;
  const resource = context.catalog.get('batch', 'jobs');
  clock.schedule(clock.now() + seconds * 1000, () => {
    const current = context.cluster.store.find(jobs, metadata.namespace, metadata.name)?.object;
    if (current?.metadata.uid === metadata.uid && current !== undefined)
      deleteObject(context, resource, keyOf(current));
  });
}
