import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { hasFinalizer, isDeleting, keyOf, type QueuedController, type WorkKey } from '../controller.js';
import { controlledBy, controllerOf } from '../dependents.js';
import { lookAgainAt } from '../later.js';
import { claim, claimantsOf, orphansOf, type ClaimingKind } from './claim.js';
import { deadlineOf, endOf, isOver } from './job-end.js';
import { hasJobFeature } from './job-features.js';
import { jobPods, trackingFinalizer } from './job-pod-index.js';
import { deletePods, makePods, releasePods, retryAt } from './job-pods.js';
import { reportJob } from './job-status.js';
import { tallyOf, type JobTally } from './job-tally.js';
import { podIndex } from './pod-index.js';
import { ownKey, podResource } from './pods.js';

const controllerName = 'job';
const jobs = { group: 'batch', plural: 'jobs' };
const jobClaims: ClaimingKind = {
  kind: 'Job',
  resource: jobs,
  selectorOf: (job) => dig(job, 'spec', 'selector'),
};

/**
 * Has pods do a Job's work: again after longer and longer waits when they fail, until they have failed too often or the
 * Job's time is over; and deletes it when it has been kept as long as it asks for.
 *
 * @see kubernetes/kubernetes pkg/controller/job/job_controller.go, pkg/controller/ttlafterfinished
 */
export const jobController: QueuedController = {
  name: controllerName,
  watches: ['jobs.batch', 'pods.'],
  keysOf: (context, change) =>
    change.resource.plural === 'jobs' ? [ownKey(change)] : claimantsOf(context, change, jobClaims),
  settle: (context, key) => {
    const { cluster } = context;
    const job = cluster.store.find(jobs, key.namespace, key.name)?.object;
    releaseOrphans(context, key, job);
    if (job === undefined) return;
    if (isDeleting(job) || isOver(job)) releasePods(context, controlledBy(cluster.store, job, podResource));
    if (isDeleting(job)) return;
    if (isOver(job)) {
      expire(context, job);
      return;
    }
    claim(context, job, {
      resource: podResource,
      selector: dig(job, 'spec', 'selector'),
      owned: jobPods(cluster.store, job).open.values(),
      ...(hasJobFeature(context.world, 'tracking') && { finalizer: trackingFinalizer }),
    });
    goOn(context, job);
  },
};

function goOn(context: WriteContext, job: KubeObject): void {
  const now = context.world.clock.now();
  const isSuspended = dig(job, 'spec', 'suspend') === true;
  const tally = tallyOf(context, job);
  const end = isSuspended ? undefined : endOf(context, job, tally);
  releasePods(context, tally.counted);
  if (isSuspended || end !== undefined) deletePods(context, job, tally.active);
  else makePods(context, job, tally);
  const after = afterwards(context, job, tally, end?.type === 'Failed');
  const isEnded = end !== undefined && !(hasJobFeature(context.world, 'delayedEnd') && isLeaving(after));
  const reported = reportJob(context, job, { tally: after, isSuspended, end, isEnded });
  if (isEnded) {
    expire(context, reported);
    return;
  }
  const waits = isSuspended ? [] : [retryAt(context, job, after), deadlineOf(reported) ?? 0];
  const due = Math.min(...waits.filter((at) => at > now));
  lookAgainAt(context, controllerName, jobs, reported, due === Infinity ? undefined : due);
}

function isLeaving({ terminating }: JobTally): boolean {
  return terminating.length > 0;
}

/** The numbers after pods were made and taken away; those a failed Job gives up count as failed. */
function afterwards(context: WriteContext, job: KubeObject, tally: JobTally, isFailure: boolean): JobTally {
  const { pods, active, terminating } = tallyOf(context, job);
  const failed = tally.failed + (isFailure ? tally.active.length : 0);
  return { ...tally, pods, active, terminating, failed };
}

/** Lets go of pods that have no Job any more: nobody counts them. */
function releaseOrphans(
  context: WriteContext,
  { namespace, name }: WorkKey,
  job: KubeObject | undefined,
): void {
  const { store } = context.cluster;
  const nobodys = orphansOf(store, podResource, namespace);
  releasePods(
    context,
    nobodys.filter((pod) => hasFinalizer(pod, trackingFinalizer)),
  );
  if (job !== undefined) return;
  const orphans = [...(podIndex(store).byNamespace.get(namespace)?.values() ?? [])].filter((pod) => {
    const owner = controllerOf(pod);
    return owner?.kind === 'Job' && owner.name === name;
  });
  releasePods(context, orphans);
}

/** Deletes a finished Job when it has been kept as long as it asks for. */
function expire(context: WriteContext, job: KubeObject): void {
  const seconds = dig(job, 'spec', 'ttlSecondsAfterFinished');
  const end = digArray(job, 'status', 'conditions').find(
    (one) => ['Complete', 'Failed'].includes(digString(one, 'type')) && digString(one, 'status') === 'True',
  );
  const due =
    typeof seconds === 'number'
      ? Date.parse(digString(end, 'lastTransitionTime')) + seconds * 1000
      : undefined;
  if (due !== undefined && due <= context.world.clock.now())
    deleteObject(context, context.catalog.get('batch', 'jobs'), keyOf(job));
  else lookAgainAt(context, controllerName, jobs, job, due);
}
