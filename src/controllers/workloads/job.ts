import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, keyOf, type QueuedController } from '../controller.js';
import { lookAgainAt } from '../later.js';
import { deletePods, makePods, retryAt } from './job-pods.js';
import { deadlineOf, failureOf, isOver, reportJob } from './job-status.js';
import { ownersOf, ownKey } from './pods.js';

const controllerName = 'job';
const jobs = { group: 'batch', plural: 'jobs' };

/**
 * Has pods do a Job's work: again after longer and longer waits when they fail, until they have failed too often or the
 * Job's time is over; and deletes it when it has been kept as long as it asks for.
 *
 * @see kubernetes/kubernetes pkg/controller/job/job_controller.go, pkg/controller/ttlafterfinished
 */
export const jobController: QueuedController = {
  name: controllerName,
  watches: ['jobs.batch', 'pods.'],
  keysOf: (_context, change) =>
    change.resource.plural === 'jobs' ? [ownKey(change)] : ownersOf(change, 'Job'),
  settle: (context, { namespace, name }) => {
    const { cluster, world } = context;
    const job = cluster.store.find(jobs, namespace, name)?.object;
    if (job === undefined || isDeleting(job)) return;
    if (isOver(job)) {
      expire(context, job);
      return;
    }
    const isSuspended = dig(job, 'spec', 'suspend') === true;
    const failure = isSuspended ? undefined : failureOf(context, job);
    if (isSuspended || failure !== undefined) deletePods(context, job);
    else if (world.clock.now() >= retryAt(context, job)) makePods(context, job);
    const after = reportJob(context, job, isSuspended, failure);
    const waits = isSuspended || isOver(after) ? [] : [retryAt(context, after), deadlineOf(after) ?? 0];
    const due = Math.min(...waits.filter((at) => at > world.clock.now()));
    if (!isOver(after)) lookAgainAt(context, controllerName, jobs, after, due === Infinity ? undefined : due);
    else expire(context, after);
  },
};

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
