import { dig, digArray, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { hasJobFeature } from './job-features.js';
import { limitPerIndex, successOf, verdictOf } from './job-policies.js';
import { completionsOf, hasPodFailed, restartsOf, type JobTally } from './job-tally.js';

/** What a Job comes to, and why; the newer ways have their own names in between. */
export interface JobEnd {
  readonly type: 'Complete' | 'Failed';
  readonly reason?: string;
  readonly message?: string;
  /** Whether the Job says that it is about to end. */
  readonly isAnnounced: boolean;
}

/** Conditions by which a Job says what it is about to come to. */
export const announcements = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' } as const;

function conditionOf(job: KubeObject, type: string): Json | undefined {
  return digArray(job, 'status', 'conditions').find(
    (one) => digString(one, 'type') === type && digString(one, 'status') === 'True',
  );
}

/** Tells whether a Job has come to its end. */
export function isOver(job: KubeObject): boolean {
  return conditionOf(job, 'Complete') !== undefined || hasFailed(job);
}

/** Tells whether a Job has come to a bad end. */
export function hasFailed(job: KubeObject): boolean {
  return conditionOf(job, 'Failed') !== undefined;
}

/** When a Job's time is over, in milliseconds since 1970; `undefined` when it has all the time or has not begun. */
export function deadlineOf(job: KubeObject): number | undefined {
  const seconds = dig(job, 'spec', 'activeDeadlineSeconds');
  const start = Date.parse(digString(job, 'status', 'startTime'));
  return typeof seconds === 'number' && !Number.isNaN(start) ? start + seconds * 1000 : undefined;
}

/**
 * What a Job comes to now; `undefined` while it goes on.
 *
 * @see kubernetes/kubernetes pkg/controller/job/job_controller.go syncJob
 */
export function endOf(context: WriteContext, job: KubeObject, tally: JobTally): JobEnd | undefined {
  const { world } = context;
  const isAnnounced = hasJobFeature(world, 'delayedEnd');
  for (const type of ['Complete', 'Failed'] as const) {
    const said = conditionOf(job, announcements[type]);
    if (said === undefined) continue;
    return {
      type,
      reason: digString(said, 'reason'),
      message: digString(said, 'message'),
      isAnnounced: true,
    };
  }
  const failed = (reason: string, message: string): JobEnd => ({
    type: 'Failed',
    reason,
    message,
    isAnnounced,
  });
  for (const pod of tally.pods) {
    const message = hasPodFailed(context, job, pod) ? verdictOf(world, job, pod).message : undefined;
    if (message !== undefined) return { ...failed('PodFailurePolicy', message), isAnnounced: true };
  }
  if (isPastLimit(job, tally))
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const deadline = deadlineOf(job);
  if (deadline !== undefined && world.clock.now() >= deadline)
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
  const completions = completionsOf(job);
  if (limitPerIndex(world, job) !== undefined && tally.lost !== undefined) {
    const most = dig(job, 'spec', 'maxFailedIndexes');
    const lost = tally.lost.size;
    if (typeof most === 'number' && lost > most)
      return failed(
        'MaxFailedIndexesExceeded',
        'Job has exceeded the specified maximal number of failed indexes',
      );
    if (lost > 0 && lost + tally.done.size >= (completions ?? 0))
      return failed('FailedIndexes', 'Job has failed indexes');
  }
  const rule = successOf(world, job, tally.done);
  if (rule !== undefined) return { type: 'Complete', reason: 'SuccessPolicy', message: rule, isAnnounced };
  if (tally.active.length > 0 || tally.succeeded < (completions ?? 1)) return undefined;
  if (!isAnnounced) return { type: 'Complete', isAnnounced };
  const message = 'Reached expected number of succeeded pods';
  return { type: 'Complete', reason: 'CompletionsReached', message, isAnnounced };
}

function isPastLimit(job: KubeObject, tally: JobTally): boolean {
  const given = dig(job, 'spec', 'backoffLimit');
  const limit = typeof given === 'number' ? given : 6;
  if (tally.failed > limit) return true;
  if (digString(job, 'spec', 'template', 'spec', 'restartPolicy') !== 'OnFailure') return false;
  const restarts = restartsOf(tally);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}
