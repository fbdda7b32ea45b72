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
  const over = controlledBy(context.cluster.store, cronJob, jobs)
    .filter(isOver)
    .sort((a, b) => Number(a.metadata.resourceVersion ?? 0) - Number(b.metadata.resourceVersion ?? 0));
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

/** Writes down which Jobs of a CronJob run, and tells of those that no longer do. */
export function recordEnds(context: WriteContext, cronJob: KubeObject): void {
  const own = controlledBy(context.cluster.store, cronJob, jobs);
  const active = own.filter((job) => !isOver(job)).map(referenceTo);
  const known = new Set(digArray(cronJob, 'status', 'active').map((one) => digString(one, 'uid')));
  for (const job of own) {
    if (!isOver(job) || !known.has(job.metadata.uid ?? '')) continue;
    const end = hasFailed(job) ? 'Failed' : 'Complete';
    const message = `Saw completed job: ${job.metadata.name}, condition: ${end}`;
    tellOf(context, cronJob, 'SawCompletedJob', message);
  }
  const { active: _, ...before } = digObject(cronJob, 'status');
  const ends = own.map((job) => digString(job, 'status', 'completionTime')).sort();
  const last = ends.at(-1) ?? '';
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
