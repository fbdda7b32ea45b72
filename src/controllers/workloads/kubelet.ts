import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { isUnmade, podStatus } from '../../kube/kubelet/pod-conditions.js';
import type { WriteContext } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import { isDeleting, type QueuedController, type WorkKey } from '../controller.js';
import { lookAgainAt } from '../later.js';
import { hasLostKubelet, nodeResource } from '../nodes/node-condition.js';
import { stoppedStatus } from './container-status.js';
import { recordEvent } from './events.js';
import { rejectPod } from './node-admission.js';
import { podIndex, podsOn } from './pod-index.js';
import { startPod, type Obstacle } from './pod-start.js';
import { isFinished, ownKey, podResource } from './pods.js';
import { writeStatus } from './write-status.js';

const controllerName = 'kubelet';
/** Milliseconds between two tries of something that is not there: at first and at last for volumes, and for the rest. */
const firstMountWait = 500;
const longestMountWait = 122_000;
const configWait = 12_000;
/** Milliseconds at the end of a jump of the clock in which every try is made. */
const triedInFull = 3_600_000;

/** When what is in a pod's way is told again, in milliseconds since 1970, by uid. */
const tries = new WeakMap<ObjectStore, Map<string, number>>();

/**
 * Runs the containers of pods that have a node: they are ready at once, and those of a Job are done at once, unless a
 * scenario says otherwise, or what they need is not there.
 *
 * Pods on nodes that do not exist, or whose kubelet is lost, stay Pending until it is there.
 */
export const kubeletController: QueuedController = {
  name: controllerName,
  watches: ['pods.', 'nodes.', 'configmaps.', 'secrets.'],
  keysOf: ({ cluster }, change) => {
    const { object } = change.stored;
    const { plural } = change.resource;
    if (plural === 'nodes') {
      const { previous } = change;
      if (previous !== undefined && !(hasLostKubelet(previous.object) && !hasLostKubelet(object))) return [];
      return podsOn(cluster.store, object.metadata.name).map(keyOfPod);
    }
    if (plural !== 'pods') {
      const { starting } = podIndex(cluster.store);
      const { namespace } = object.metadata;
      return [...starting.values()].filter((pod) => pod.metadata.namespace === namespace).map(keyOfPod);
    }
    if (change.type === 'DELETED') {
      tries.get(cluster.store)?.delete(object.metadata.uid ?? '');
      return [];
    }
    return digString(object, 'spec', 'nodeName') !== '' && isOfInterest(object) ? [ownKey(change)] : [];
  },
  settle: (context, { namespace, name }) => {
    const { store } = context.cluster;
    const pod = store.find(podResource, namespace, name)?.object;
    if (pod === undefined || isDeleting(pod) || isFinished(pod)) return;
    const node = store.find(nodeResource, undefined, digString(pod, 'spec', 'nodeName'))?.object;
    if (node === undefined || hasLostKubelet(node)) return;
    if (isOverdue(context, pod)) {
      end(context, pod);
      return;
    }
    const rejection = rejectPod(context, pod, node);
    if (rejection !== undefined) {
      if (rejection > context.world.clock.now())
        lookAgainAt(context, controllerName, podResource, pod, rejection);
      return;
    }
    const retry = isWaiting(pod) ? tryToStart(context, pod, node) : undefined;
    if (retry === undefined) keepReadiness(context, pod);
    const current = store.find(podResource, namespace, name)?.object ?? pod;
    const moments = [retry, deadlineOf(current)].filter((at) => at !== undefined);
    const due = moments.length > 0 ? Math.min(...moments) : undefined;
    lookAgainAt(context, controllerName, podResource, current, due, (at, now) =>
      now - at > triedInFull ? now - triedInFull : at,
    );
  },
};

function keyOfPod({ metadata }: KubeObject): WorkKey {
  return { namespace: metadata.namespace ?? '', name: metadata.name };
}

/** Whether there may be something to do for a pod that has a node. */
function isOfInterest(pod: KubeObject): boolean {
  const phase = digString(pod, 'status', 'phase');
  if (phase === 'Pending') return true;
  if (phase !== 'Running') return false;
  return (
    digArray(pod, 'spec', 'readinessGates').length > 0 ||
    dig(pod, 'spec', 'activeDeadlineSeconds') !== undefined
  );
}

/** Whether containers of a pod are to be started still. */
function isWaiting(pod: KubeObject): boolean {
  if (digString(pod, 'status', 'phase') !== 'Pending') return false;
  const statuses = digArray(pod, 'status', 'containerStatuses');
  return statuses.length === 0 || statuses.some(isUnmade);
}

/** Starts what can be started. @returns when to try again, in milliseconds since 1970 */
function tryToStart(context: WriteContext, pod: KubeObject, node: KubeObject): number | undefined {
  const { world, cluster } = context;
  const now = world.clock.now();
  let known = tries.get(cluster.store);
  if (known === undefined) tries.set(cluster.store, (known = new Map<string, number>()));
  const uid = pod.metadata.uid ?? '';
  const due = known.get(uid);
  const isTold = due === undefined || now >= due;
  const obstacle = startPod(context, pod, node, isTold);
  if (obstacle === undefined) {
    known.delete(uid);
    return undefined;
  }
  const next = isTold ? now + waitFor(obstacle, pod, now) : due;
  known.set(uid, next);
  return next;
}

function waitFor(obstacle: Obstacle, pod: KubeObject, now: number): number {
  if (obstacle === 'configuration') return configWait;
  const since = Date.parse(digString(pod, 'status', 'startTime'));
  const waited = Number.isNaN(since) ? 0 : now - since;
  return Math.min(longestMountWait, Math.max(firstMountWait, waited));
}

/** Has a pod be ready or not as its readiness gates say. */
function keepReadiness(context: WriteContext, pod: KubeObject): void {
  if (digString(pod, 'status', 'phase') !== 'Running') return;
  if (digArray(pod, 'spec', 'readinessGates').length === 0) return;
  const { world, catalog } = context;
  const statuses = digArray(pod, 'status', 'containerStatuses');
  writeStatus(
    context,
    catalog.get('', 'pods'),
    pod,
    podStatus(world, pod, statuses, world.clock.timestamp()),
  );
}

/** When a pod has been there for too long, in milliseconds since 1970; `undefined`: it may stay. */
function deadlineOf(pod: KubeObject): number | undefined {
  const seconds = dig(pod, 'spec', 'activeDeadlineSeconds');
  const start = Date.parse(digString(pod, 'status', 'startTime'));
  return typeof seconds === 'number' && !Number.isNaN(start) ? start + seconds * 1000 : undefined;
}

function isOverdue({ world }: WriteContext, pod: KubeObject): boolean {
  const deadline = deadlineOf(pod);
  return deadline !== undefined && world.clock.now() >= deadline;
}

/** Stops a pod that has been there for too long. */
function end(context: WriteContext, pod: KubeObject): void {
  const message = 'Pod was active on the node longer than the specified deadline';
  const reason = 'DeadlineExceeded';
  const { world, cluster } = context;
  const now = world.clock.timestamp();
  const statuses = digArray(pod, 'status', 'containerStatuses').map((one) => stoppedStatus(one, now));
  const status = podStatus(world, pod, statuses, now);
  cluster.store.replace(podResource, {
    ...pod,
    status: { ...status, phase: 'Failed', reason, message },
  });
  const host = digString(pod, 'spec', 'nodeName');
  recordEvent(context, pod, { reason, message, component: 'kubelet', host });
}
