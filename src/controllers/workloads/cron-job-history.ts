import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { keyOf } from '../controller.js';
import { controlledBy } from '../dependents.js';
import { recordEvent } from './events.js';
import { hasFailed, isOver } from './job-end.js';
import { writeStatus } from './write-status.js';

const component = 'cronjob-controller';
const jobs = { group: 'batch', plural: 'jobs' };

/** Tells what became of a CronJob's Job. */
export function tellOf(
  context: WriteContext,
  cronJob: KubeObject,
  reason: string,
  message: string,
  type: 'Normal' | 'Warning' = 'Normal',
): void {
  recordEvent(context, cronJob, { type, reason, message, component });
}

/** Keeps as many finished Jobs as the history limits say, those that failed apart. */
export function dropOldJobs(context: WriteContext, cronJob: KubeObject): void {
  const over = controlledBy(context.cluster.store, cronJob, jobs).filter(isOver).sort(byStart);
  const drop = (ends: readonly KubeObject[], key: string, usual: number): void => {
    const limit = dig(cronJob, 'spec', key);
    const kept = typeof limit === 'number' ? limit : usual;
    for (const job of ends.slice(0, Math.max(0, ends.length - kept))) {
      deleteObject(context, context.catalog.get('batch', 'jobs'), keyOf(job));
      tellOf(context, cronJob, 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
    }
  };
  const [failed, done] = [over.filter(hasFailed), over.filter((job) => !hasFailed(job))];
  drop(done, 'successfulJobsHistoryLimit', 3);
  drop(failed, 'failedJobsHistoryLimit', 1);
}

/** The oldest first; those that never began last. */
function byStart(a: KubeObject, b: KubeObject): number {
  const [first, second] = [startOf(a), startOf(b)];
  if (first !== second) return first < second ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function startOf(job: KubeObject): string {
  return digString(job, 'status', 'startTime') || '~';
}

/** The Jobs a CronJob has started and that run still, as its status says. */
export function activeJobs(context: WriteContext, cronJob: KubeObject): readonly KubeObject[] {
  const known = uidsOf(cronJob);
  return controlledBy(context.cluster.store, cronJob, jobs).filter(
    (job) => !isOver(job) && known.has(job.metadata.uid ?? ''),
  );
}

function uidsOf(cronJob: KubeObject): ReadonlySet<string> {
  return new Set(digArray(cronJob, 'status', 'active').map((one) => digString(one, 'uid')));
}

/**
 * Writes down which of the Jobs a CronJob started no longer run, and tells of those, and of Jobs that are its own without
 * being started by it.
 */
export function recordEnds(context: WriteContext, cronJob: KubeObject): void {
  const own = controlledBy(context.cluster.store, cronJob, jobs);
  const known = uidsOf(cronJob);
  for (const job of own) {
    const [isKnown, { name }] = [known.has(job.metadata.uid ?? ''), job.metadata];
    if (isKnown && isOver(job)) {
      const end = hasFailed(job) ? 'Failed' : 'Complete';
      tellOf(context, cronJob, 'SawCompletedJob', `Saw completed job: ${name}, condition: ${end}`);
    } else if (!isKnown && !isOver(job)) {
      const message = `Saw a job that the controller did not create or forgot: ${name}`;
      tellOf(context, cronJob, 'UnexpectedJob', message, 'Warning');
    }
  }
  const running = new Set(own.filter((job) => !isOver(job)).map(({ metadata }) => metadata.uid ?? ''));
  const there = new Set(own.map(({ metadata }) => metadata.uid ?? ''));
  const { active: _, ...before } = digObject(cronJob, 'status');
  const listed = digArray(cronJob, 'status', 'active');
  for (const job of listed) {
    if (!there.has(digString(job, 'uid')))
      tellOf(context, cronJob, 'MissingJob', `Active job went missing: ${digString(job, 'name')}`);
  }
  const active = listed.filter((job) => running.has(digString(job, 'uid')));
  const ends = own.map((job) => digString(job, 'status', 'completionTime'));
  const last = [...ends, digString(before, 'lastSuccessfulTime')].sort().at(-1) ?? '';
  writeStatus(context, context.catalog.get('batch', 'cronjobs'), cronJob, {
    ...before,
    ...(active.length > 0 && { active }),
    ...(last !== '' && { lastSuccessfulTime: last }),
  });
}

/** A Job as its CronJob's status names it. */
export function referenceTo({ metadata }: KubeObject): JsonObject {
  const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
  return { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
}
