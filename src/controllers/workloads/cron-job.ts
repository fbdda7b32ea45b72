import { ApiError } from '../../core/api-error.js';
import { nextRunIn, parseCron, type CronSchedule } from '../../core/cron-schedule.js';
import { dig, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { formatTimestamp } from '../../state/clock.js';
import { controllerReference } from '../builtin-roles.js';
import { isDeleting, keyOf, type QueuedController, type WorkKey } from '../controller.js';
import { controlledBy } from '../dependents.js';
import { recordEvent } from './events.js';
import { hasFailed, isOver } from './job.js';
import { ownersOf, ownKey } from './pods.js';
import { writeStatus } from './write-status.js';

const component = 'cronjob-controller';
const cronJobs = { group: 'batch', plural: 'cronjobs' };
const jobs = { group: 'batch', plural: 'jobs' };

/**
 * Makes a CronJob's Jobs as the world's clock passes its moments; when the clock jumps over several, the last counts.
 *
 * CronJobs a world was loaded with run once they have been written to.
 *
 * @see kubernetes/kubernetes pkg/controller/cronjob/cronjob_controllerv2.go
 */
export const cronJobController: QueuedController = {
  name: 'cronjob',
  watches: ['cronjobs.batch', 'jobs.batch'],
  keysOf: (context, change) => {
    if (change.resource.plural === 'jobs') return ownersOf(change, 'CronJob');
    const { object } = change.stored;
    const isNews = change.previous?.object.metadata.generation !== object.metadata.generation;
    if (change.type !== 'DELETED' && isNews) plan(context, ownKey(change), object);
    return change.type === 'DELETED' ? [] : [ownKey(change)];
  },
  settle: (context, key) => {
    const cronJob = context.cluster.store.find(cronJobs, key.namespace, key.name)?.object;
    if (cronJob === undefined || isDeleting(cronJob)) return;
    dropOldJobs(context, cronJob);
    report(context, cronJob);
  },
};

function scheduleOf(cronJob: KubeObject): CronSchedule | undefined {
  const schedule = parseCron(digString(cronJob, 'spec', 'schedule'));
  return typeof schedule === 'string' ? undefined : schedule;
}

/** Waits for the next moment; a CronJob that has changed since has a plan of its own. */
function plan(context: WriteContext, key: WorkKey, planned: KubeObject): void {
  const schedule = scheduleOf(planned);
  const { clock } = context.world;
  const zone = digString(planned, 'spec', 'timeZone');
  const due = schedule && nextRunIn(schedule, clock.now(), zone);
  if (schedule === undefined || due === undefined) return;
  clock.schedule(due, (now) => {
    const current = context.cluster.store.find(cronJobs, key.namespace, key.name)?.object;
    const { uid, generation } = planned.metadata;
    if (current === undefined || current.metadata.uid !== uid) return;
    if (current.metadata.generation !== generation) return;
    run(context, current, lastRun(schedule, due, now, zone));
    plan(context, key, planned);
  });
}

/** The last moment of a schedule up to now, from one that is known to have passed. */
function lastRun(schedule: CronSchedule, due: number, now: number, zone: string): number {
  let last = due;
  const after = (at: number): number | undefined => nextRunIn(schedule, at, zone);
  for (let next = after(last); next !== undefined && next <= now; next = after(last)) last = next;
  return last;
}

function run(context: WriteContext, cronJob: KubeObject, moment: number): void {
  if (isDeleting(cronJob) || dig(cronJob, 'spec', 'suspend') === true) return;
  const { store } = context.cluster;
  const resource = context.catalog.get('batch', 'jobs');
  const active = controlledBy(store, cronJob, jobs).filter((job) => !isOver(job));
  const policy = digString(cronJob, 'spec', 'concurrencyPolicy');
  if (active.length > 0 && policy === 'Forbid') return;
  if (policy === 'Replace') for (const job of active) deleteObject(context, resource, keyOf(job));
  const template = digObject(cronJob, 'spec', 'jobTemplate');
  const { name, namespace = '' } = cronJob.metadata;
  const jobName = `${name}-${String(Math.floor(moment / 60_000))}`;
  if (store.find(jobs, namespace, jobName) !== undefined) return;
  try {
    createObject(context, resource, {
      apiVersion: 'batch/v1',
      metadata: {
        name: jobName,
        namespace,
        labels: digObject(template, 'metadata', 'labels'),
        annotations: {
          ...digObject(template, 'metadata', 'annotations'),
          'batch.kubernetes.io/cronjob-scheduled-timestamp': formatTimestamp(moment),
        },
        ownerReferences: [controllerReference(cronJob)],
      },
      spec: digObject(template, 'spec'),
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const message = `Error creating job: ${error.message}`;
    recordEvent(context, cronJob, { type: 'Warning', reason: 'FailedCreate', message, component });
    return;
  }
  recordEvent(context, cronJob, { reason: 'SuccessfulCreate', message: `Created job ${jobName}`, component });
  const latest = store.find(cronJobs, namespace, name)?.object;
  if (latest === undefined) return;
  const status = { ...digObject(latest, 'status'), lastScheduleTime: formatTimestamp(moment) };
  writeStatus(context, context.catalog.get('batch', 'cronjobs'), latest, status);
}

/** Keeps as many finished Jobs as the history limits say, those that failed apart. */
function dropOldJobs(context: WriteContext, cronJob: KubeObject): void {
  const over = controlledBy(context.cluster.store, cronJob, jobs)
    .filter(isOver)
    .sort((a, b) => Number(a.metadata.resourceVersion ?? 0) - Number(b.metadata.resourceVersion ?? 0));
  const drop = (ends: readonly KubeObject[], key: string, usual: number): void => {
    const limit = dig(cronJob, 'spec', key);
    const kept = typeof limit === 'number' ? limit : usual;
    for (const job of ends.slice(0, Math.max(0, ends.length - kept)))
      deleteObject(context, context.catalog.get('batch', 'jobs'), keyOf(job));
  };
  const [failed, done] = [over.filter(hasFailed), over.filter((job) => !hasFailed(job))];
  drop(done, 'successfulJobsHistoryLimit', 3);
  drop(failed, 'failedJobsHistoryLimit', 1);
}

function report(context: WriteContext, cronJob: KubeObject): void {
  const own = controlledBy(context.cluster.store, cronJob, jobs);
  const active = own.filter((job) => !isOver(job)).map(referenceTo);
  const ends = own.map((job) => digString(job, 'status', 'completionTime')).sort();
  const { active: _, ...before } = digObject(cronJob, 'status');
  const last = ends.at(-1) ?? '';
  writeStatus(context, context.catalog.get('batch', 'cronjobs'), cronJob, {
    ...before,
    ...(active.length > 0 && { active }),
    ...(last !== '' && { lastSuccessfulTime: last }),
  });
}

function referenceTo({ metadata }: KubeObject): JsonObject {
  const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
  return { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
}
