import { dig, digArray, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { recordEvent } from './events.js';
import { announcements, type JobEnd } from './job-end.js';
import { hasJobFeature } from './job-features.js';
import { rangesOf } from './job-indexes.js';
import { isIndexed } from './job-policies.js';
import type { JobTally } from './job-tally.js';
import { isReady } from './pods.js';
import { mergeConditions, othersConditions, writeStatus, type Condition } from './write-status.js';

const component = 'job-controller';
const ownConditions = ['Suspended', ...Object.keys(announcements), ...Object.values(announcements)];

/** What there is to say of a Job. */
export interface JobReport {
  readonly tally: JobTally;
  readonly isSuspended: boolean;
  /** What it comes to; absent: it goes on. */
  readonly end: JobEnd | undefined;
  /** False while pods of a Job that comes to its end have not ended. */
  readonly isEnded: boolean;
}

/** Writes down how a Job is. @returns the Job as it is then */
export function reportJob(
  context: WriteContext,
  job: KubeObject,
  { tally, isSuspended, end, isEnded }: JobReport,
): KubeObject {
  const { world } = context;
  const now = world.clock.timestamp();
  const before = digArray(job, 'status', 'conditions').filter(isJsonObject);
  const suspension = before.find(({ type }) => type === 'Suspended');
  const wasSuspended = digString(suspension, 'status') === 'True';
  const conditions: Condition[] = [
    ...(isSuspended
      ? [{ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' } as const]
      : suspension !== undefined
        ? [{ type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' } as const]
        : []),
    ...(end === undefined ? [] : conditionsOf(end, isEnded)),
  ];
  const dated = [
    ...mergeConditions(before, conditions, now).map((one) => ({ lastProbeTime: now, ...one })),
    ...othersConditions(job, ownConditions),
  ];
  const startTime = wasSuspended ? now : (dig(job, 'status', 'startTime') ?? now);
  const completed = isIndexed(job) ? rangesOf(tally.done) : '';
  const isComplete = isEnded && end?.type === 'Complete';
  const { active, succeeded, failed, lost, terminating } = tally;
  const has = (feature: Parameters<typeof hasJobFeature>[1]): boolean => hasJobFeature(world, feature);
  const status: JsonObject = {
    ...(dated.length > 0 && { conditions: dated }),
    ...(!isSuspended && { startTime }),
    ...(isComplete && { completionTime: now }),
    ...(active.length > 0 && { active: active.length }),
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
    ...(has('podReplacementPolicy') && { terminating: terminating.length }),
    ...(completed !== '' && { completedIndexes: completed }),
    ...(lost !== undefined && { failedIndexes: rangesOf(lost) }),
    ...(has('tracking') && { uncountedTerminatedPods: {} }),
    ...(has('ready') && { ready: active.filter(isReady).length }),
  };
  if (!writeStatus(context, context.catalog.get('batch', 'jobs'), job, status)) return job;
  if (isSuspended && !wasSuspended)
    recordEvent(context, job, { reason: 'Suspended', message: 'Job suspended', component });
  if (!isSuspended && wasSuspended)
    recordEvent(context, job, { reason: 'Resumed', message: 'Job resumed', component });
  if (isEnded && end !== undefined) recordEnd(context, job, end);
  return { ...job, status };
}

function conditionsOf({ type, reason, message, isAnnounced }: JobEnd, isEnded: boolean): Condition[] {
  const why = { ...(reason !== undefined && { reason }), ...(message !== undefined && { message }) };
  return [
    ...(isAnnounced ? [{ type: announcements[type], status: 'True', ...why } as const] : []),
    ...(isEnded ? [{ type, status: 'True', ...why } as const] : []),
  ];
}

function recordEnd(
  context: WriteContext,
  job: KubeObject,
  { type, reason = '', message = '' }: JobEnd,
): void {
  if (type === 'Complete')
    recordEvent(context, job, { reason: 'Completed', message: 'Job completed', component });
  else recordEvent(context, job, { type: 'Warning', reason, message, component });
}
