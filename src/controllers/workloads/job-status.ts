import { dig, digArray, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { recordEvent } from './events.js';
import { indexesIn, rangesOf } from './job-indexes.js';
import { endedPods } from './job-pods.js';
import { activePods, isReady } from './pods.js';
import { mergeConditions, writeStatus, type Condition } from './write-status.js';

const component = 'job-controller';

/** Why a Job has failed. */
export interface JobFailure {
  readonly reason: string;
  readonly message: string;
}

const pastLimit: JobFailure = {
  reason: 'BackoffLimitExceeded',
  message: 'Job has reached the specified backoff limit',
};
const pastDeadline: JobFailure = {
  reason: 'DeadlineExceeded',
  message: 'Job was active longer than specified deadline',
};

function holds(job: KubeObject, type: string): boolean {
  return digArray(job, 'status', 'conditions').some(
    (one) => digString(one, 'type') === type && digString(one, 'status') === 'True',
  );
}

/** Tells whether a Job has come to its end. */
export function isOver(job: KubeObject): boolean {
  return holds(job, 'Complete') || hasFailed(job);
}

/** Tells whether a Job has come to a bad end. */
export function hasFailed(job: KubeObject): boolean {
  return holds(job, 'Failed');
}

/** When a Job's time is over, in milliseconds since 1970; `undefined` when it has all the time or has not begun. */
export function deadlineOf(job: KubeObject): number | undefined {
  const seconds = dig(job, 'spec', 'activeDeadlineSeconds');
  const start = Date.parse(digString(job, 'status', 'startTime'));
  return typeof seconds === 'number' && !Number.isNaN(start) ? start + seconds * 1000 : undefined;
}

/** What a Job fails for now: too many failed pods or restarts of its containers, or the end of its time. */
export function failureOf(context: WriteContext, job: KubeObject): JobFailure | undefined {
  if (isPastLimit(context, job)) return pastLimit;
  const deadline = deadlineOf(job);
  return deadline !== undefined && context.world.clock.now() >= deadline ? pastDeadline : undefined;
}

function isPastLimit(context: WriteContext, job: KubeObject): boolean {
  const given = dig(job, 'spec', 'backoffLimit');
  const limit = typeof given === 'number' ? given : 6;
  if (endedPods(context, job, 'Failed').length > limit) return true;
  if (digString(job, 'spec', 'template', 'spec', 'restartPolicy') !== 'OnFailure') return false;
  const restarts = activePods(context, job)
    .flatMap((pod) => digArray(pod, 'status', 'containerStatuses'))
    .reduce((sum: number, one) => sum + Number(dig(one, 'restartCount') ?? 0), 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Writes down how a Job is. @returns the Job as it is then */
export function reportJob(
  context: WriteContext,
  job: KubeObject,
  isSuspended: boolean,
  failure: JobFailure | undefined,
): KubeObject {
  const now = context.world.clock.timestamp();
  const succeeded = endedPods(context, job, 'Succeeded');
  const failed = endedPods(context, job, 'Failed').length;
  const active = activePods(context, job);
  const completions = dig(job, 'spec', 'completions');
  const wanted = typeof completions === 'number' ? completions : 1;
  const isIndexed = digString(job, 'spec', 'completionMode') === 'Indexed';
  const indexes = indexesIn(succeeded, wanted);
  const done = isIndexed ? indexes.size : succeeded.length;
  const isComplete = !isSuspended && failure === undefined && active.length === 0 && done >= wanted;
  const wasSuspended = holds(job, 'Suspended');
  const conditions: Condition[] = [
    ...(isSuspended
      ? [{ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' } as const]
      : digArray(job, 'status', 'conditions').some((one) => digString(one, 'type') === 'Suspended')
        ? [{ type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' } as const]
        : []),
    ...(isComplete ? [{ type: 'Complete', status: 'True' } as const] : []),
    ...(failure !== undefined ? [{ type: 'Failed', status: 'True', ...failure } as const] : []),
  ];
  const before = digArray(job, 'status', 'conditions').filter(isJsonObject);
  const dated = mergeConditions(before, conditions, now).map((one) => ({ lastProbeTime: now, ...one }));
  const startTime = wasSuspended ? now : (dig(job, 'status', 'startTime') ?? now);
  const ranges = isIndexed ? rangesOf(indexes) : '';
  const status: JsonObject = {
    ...(dated.length > 0 && { conditions: dated }),
    ...(!isSuspended && { startTime }),
    ...(isComplete && { completionTime: now }),
    ...(active.length > 0 && { active: active.length }),
    ...(done > 0 && { succeeded: done }),
    ...(failed > 0 && { failed }),
    ...(ranges !== '' && { completedIndexes: ranges }),
    uncountedTerminatedPods: {},
    ready: active.filter(isReady).length,
  };
  if (!writeStatus(context, context.catalog.get('batch', 'jobs'), job, status)) return job;
  const tell = (reason: string, message: string): void => {
    recordEvent(context, job, { reason, message, component });
  };
  if (isSuspended && !wasSuspended) tell('Suspended', 'Job suspended');
  if (!isSuspended && wasSuspended) tell('Resumed', 'Job resumed');
  if (isComplete) tell('Completed', 'Job completed');
  if (failure !== undefined) recordEvent(context, job, { type: 'Warning', ...failure, component });
  return { ...job, status };
}
