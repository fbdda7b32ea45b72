import { ApiError } from '../../core/api-error.js';
import { dig, digArray, digObject, digString } from '../../core/json.js';
import { controllerReference, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { formatTimestamp } from '../../state/clock.js';
import { isDeleting, keyOf, type QueuedController } from '../controller.js';
import { lookAgainAt } from '../later.js';
import { activeJobs, dropOldJobs, recordEnds, referenceTo, tellOf } from './cron-job-history.js';
import { missedMoment, momentsOf, type Moments } from './cron-job-moments.js';
import { ownersOf, ownKey } from './pods.js';
import { writeStatus } from './write-status.js';

const controllerName = 'cronjob';
const cronJobs = { group: 'batch', plural: 'cronjobs' };
const jobs = { group: 'batch', plural: 'jobs' };
/** Moments at the end of a jump of the clock that each get their Job; those before them are passed over. */
const runsInAJump = 100;

/**
 * Makes a CronJob's Jobs as the world's clock passes its moments, also those it jumps over. What was missed because the
 * CronJob was suspended or its last Job still running is made up for once, as far as its deadline allows.
 *
 * CronJobs a world was loaded with run once they have been written to.
 *
 * @see kubernetes/kubernetes pkg/controller/cronjob/cronjob_controllerv2.go
 */
export const cronJobController: QueuedController = {
  name: controllerName,
  watches: ['cronjobs.batch', 'jobs.batch'],
  keysOf: (_context, change) => {
    if (change.resource.plural === 'jobs') return ownersOf(change, 'CronJob');
    return change.type === 'DELETED' ? [] : [ownKey(change)];
  },
  settle: (context, { namespace, name }) => {
    const { store } = context.cluster;
    const cronJob = store.find(cronJobs, namespace, name)?.object;
    if (cronJob === undefined || isDeleting(cronJob)) return;
    recordEnds(context, cronJob);
    dropOldJobs(context, cronJob);
    const current = store.find(cronJobs, namespace, name)?.object;
    const moments = current && momentsOf(current);
    if (current === undefined || moments === undefined || dig(current, 'spec', 'suspend') === true) {
      lookAgainAt(context, controllerName, cronJobs, cronJob, undefined);
      return;
    }
    const now = context.world.clock.now();
    lookAgainAt(context, controllerName, cronJobs, current, moments.next(now), (due, end) =>
      lastOf(moments, due, end),
    );
    start(context, current, moments, now);
  },
};

/** The moment from which on there are no more than so many up to the end of a jump. */
function lastOf(moments: Moments, due: number, end: number): number {
  const kept = moments.last(end, runsInAJump);
  return Math.max(due, kept[0] ?? due);
}

function start(context: WriteContext, cronJob: KubeObject, moments: Moments, now: number): void {
  const missed = missedMoment(cronJob, moments, now);
  if (missed.at === undefined) return;
  const isNews = (what: string): boolean => {
    const key = `${cronJob.metadata.uid ?? ''} ${String(missed.at)} ${what}`;
    if (told.get(context.world) === key) return false;
    told.set(context.world, key);
    return true;
  };
  if (missed.tooMany && isNews('too many')) {
    const advice = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    tellOf(context, cronJob, 'TooManyMissedTimes', `too many missed start times. ${advice}`, 'Warning');
  }
  if (missed.tooLate) {
    if (!isNews('too late')) return;
    const moment = new Date(missed.at).toUTCString().replace('GMT', '+0000');
    tellOf(context, cronJob, 'MissSchedule', `Missed scheduled time to start a job: ${moment}`, 'Warning');
    return;
  }
  const active = activeJobs(context, cronJob);
  const policy = digString(cronJob, 'spec', 'concurrencyPolicy');
  if (policy === 'Forbid' && active.length > 0) {
    const why = 'prior execution is running and concurrency policy is Forbid';
    if (isNews('active')) tellOf(context, cronJob, 'JobAlreadyActive', `Not starting job because ${why}`);
    return;
  }
  if (policy === 'Replace') {
    for (const job of active) {
      deleteObject(context, context.catalog.get('batch', 'jobs'), keyOf(job));
      tellOf(context, cronJob, 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
    }
    forget(context, cronJob, active);
  }
  create(context, cronJob, missed.at);
}

/** Takes Jobs out of those that run. */
function forget(context: WriteContext, { metadata }: KubeObject, gone: readonly KubeObject[]): void {
  const latest = context.cluster.store.find(cronJobs, metadata.namespace, metadata.name)?.object;
  if (latest === undefined || gone.length === 0) return;
  const { active: _, ...status } = digObject(latest, 'status');
  const active = digArray(latest, 'status', 'active').filter(
    (one) => !gone.some((job) => job.metadata.uid === digString(one, 'uid')),
  );
  const next = { ...status, ...(active.length > 0 && { active }) };
  writeStatus(context, context.catalog.get('batch', 'cronjobs'), latest, next);
}

/** What a world was last told of a moment that got no Job, so that it is told once. */
const told = new WeakMap<WriteContext['world'], string>();

function create(context: WriteContext, cronJob: KubeObject, moment: number): void {
  const { store } = context.cluster;
  const template = digObject(cronJob, 'spec', 'jobTemplate');
  const { name, namespace = '' } = cronJob.metadata;
  const jobName = `${name}-${String(Math.floor(moment / 60_000))}`;
  if (store.find(jobs, namespace, jobName) !== undefined) return;
  let job: KubeObject;
  try {
    job = createObject(context, context.catalog.get('batch', 'jobs'), {
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
    }).object;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tellOf(context, cronJob, 'FailedCreate', `Error creating job: ${error.message}`, 'Warning');
    return;
  }
  tellOf(context, cronJob, 'SuccessfulCreate', `Created job ${jobName}`);
  const latest = store.find(cronJobs, namespace, name)?.object;
  if (latest === undefined) return;
  writeStatus(context, context.catalog.get('batch', 'cronjobs'), latest, {
    ...digObject(latest, 'status'),
    active: [...digArray(latest, 'status', 'active'), referenceTo(job)],
    lastScheduleTime: formatTimestamp(moment),
  });
}
