import { dig, digArray, digObject, digString, isJsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import type { Change } from '../../state/object-store.js';
import type { World } from '../../state/world.js';
import { isDeleting, isHeartbeat, type QueuedController, type WorkKey } from '../controller.js';
import { chooseNode } from './choose-node.js';
import { recordEvent } from './events.js';
import { podIndex } from './pod-index.js';
import { priorityOf } from './pod-requests.js';
import { isFinished, ownKey, podResource } from './pods.js';
import { preempt } from './preemption.js';
import { keepRefusal, knownRefusal } from './refused-pods.js';
import { schedulingWords } from './scheduling-words.js';
import { claimsOf } from './storage-protection.js';
import { mergeConditions } from './write-status.js';

const component = 'default-scheduler';
/** The first Kubernetes that says of a pod that its gates are closed. */
const firstMinorWithGates = 27;

/**
 * Puts new pods on nodes, those that matter most first, and looks again at those that found no place when nodes, claims
 * or other pods change.
 *
 * @see kubernetes/kubernetes pkg/scheduler
 */
export const schedulerController: QueuedController = {
  name: 'scheduler',
  watches: [
    'pods.',
    'nodes.',
    'persistentvolumeclaims.',
    'persistentvolumes.',
    'storageclasses.storage.k8s.io',
  ],
  keysOf: ({ cluster }, change) => {
    if (change.resource.plural === 'pods') {
      if (change.type === 'DELETED' || hasEnded(change)) return waiting(cluster, undefined);
      if (digString(change.stored.object, 'spec', 'nodeName') === '') return [ownKey(change)];
      const isPlaced = digString(change.previous?.object, 'spec', 'nodeName') === '';
      return isPlaced ? keysIn(podIndex(cluster.store).sociable) : [];
    }
    if (change.resource.plural === 'nodes') {
      return isHeartbeat(change) && hasSameRoom(change) ? [] : waiting(cluster, undefined);
    }
    return waiting(cluster, change.stored.object.metadata.namespace);
  },
  settle: (context, { namespace, name }) => {
    const { cluster, world } = context;
    const pod = cluster.store.find(podResource, namespace, name)?.object;
    if (pod === undefined || isDeleting(pod) || digString(pod, 'spec', 'nodeName') !== '') return;
    if (digArray(pod, 'spec', 'schedulingGates').length > 0) {
      holdBack(context, pod);
      return;
    }
    if (digString(pod, 'spec', 'schedulerName') !== component) return;
    const why = missingClaim(context, pod);
    if (why !== undefined) {
      refuse(context, pod, why);
      return;
    }
    const known = knownRefusal(cluster.store, pod);
    if (known !== undefined) {
      refuse(context, pod, known);
      return;
    }
    const choice = chooseNode(context, pod);
    if ('node' in choice) {
      place(context, pod, choice.node.metadata.name);
      return;
    }
    const { hopeful, total } = choice;
    const { preemption } = schedulingWords(world);
    const found = total === 0 ? undefined : preempt(context, pod, hopeful, total);
    if (found !== undefined && 'nodeName' in found) {
      refuse(context, pod, choice.why, found.nodeName);
      return;
    }
    const isTold = found !== undefined && preemption !== undefined;
    const message = isTold ? `${choice.why} ${preemption}${found.why}` : choice.why;
    keepRefusal(cluster.store, pod, message);
    refuse(context, pod, message);
  },
};

/** Whether a node has as much room as before. */
function hasSameRoom({ stored, previous }: Change): boolean {
  const [now, before] = [stored.object, previous?.object].map((node) => dig(node, 'status', 'allocatable'));
  return now === before || sameJson(now, before);
}

/** Whether a pod has just come to its end, and left room on its node. */
function hasEnded({ stored, previous }: Change): boolean {
  return previous !== undefined && isFinished(stored.object) && !isFinished(previous.object);
}

function waiting({ store }: WriteContext['cluster'], namespace: string | undefined): readonly WorkKey[] {
  return keysIn(podIndex(store).unplaced, namespace);
}

function keysIn(pods: ReadonlyMap<string, KubeObject>, namespace?: string): readonly WorkKey[] {
  if (pods.size === 0) return [];
  return [...pods.values()]
    .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
    .sort((a, b) => priorityOf(b) - priorityOf(a))
    .map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
}

/** What is wrong with the claims of a pod, in the scheduler's words. */
function missingClaim({ world, cluster }: WriteContext, pod: KubeObject): string | undefined {
  const { namespace } = pod.metadata;
  const { store } = cluster;
  for (const name of claimsOf(pod)) {
    const claim = store.find({ group: '', plural: 'persistentvolumeclaims' }, namespace, name)?.object;
    const why = whyUnbound(store, name, claim);
    if (why === undefined) continue;
    const total = String(store.count({ group: '', plural: 'nodes' }));
    const first = `0/${total} nodes are available:`;
    const { preemption } = schedulingWords(world);
    if (preemption !== undefined)
      return `${first} ${why}. ${preemption}${first} ${total} Preemption is not helpful for scheduling.`;
    return why === unbound ? `${first} ${total} ${why}.` : why;
  }
  return undefined;
}

const unbound = 'pod has unbound immediate PersistentVolumeClaims';

function whyUnbound(
  store: WriteContext['cluster']['store'],
  name: string,
  claim: KubeObject | undefined,
): string | undefined {
  const quoted = JSON.stringify(name);
  if (claim === undefined) return `persistentvolumeclaim ${quoted} not found`;
  if (isDeleting(claim)) return `persistentvolumeclaim ${quoted} is being deleted`;
  if (digString(claim, 'status', 'phase') !== 'Pending') return undefined;
  const className = digString(claim, 'spec', 'storageClassName');
  const found = store.find({ group: 'storage.k8s.io', plural: 'storageclasses' }, undefined, className);
  if (digString(found?.object, 'volumeBindingMode') === 'WaitForFirstConsumer') return undefined;
  return unbound;
}

function saysGates({ settings }: World): boolean {
  return minorOf(settings.kubernetesVersion) >= firstMinorWithGates;
}

/** Notes that a pod is not to be placed yet. */
function holdBack(context: WriteContext, pod: KubeObject): void {
  if (!saysGates(context.world)) return;
  unscheduled(context, pod, 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates');
}

/** @param nodeName Where room is being made for it. */
function refuse(context: WriteContext, pod: KubeObject, message: string, nodeName?: string): void {
  if (!unscheduled(context, pod, 'Unschedulable', message, nodeName)) return;
  recordEvent(context, pod, { type: 'Warning', reason: 'FailedScheduling', message, component });
}

/** Writes down why a pod has no node. @returns whether that is news */
function unscheduled(
  context: WriteContext,
  pod: KubeObject,
  reason: string,
  message: string,
  nodeName = digString(pod, 'status', 'nominatedNodeName'),
): boolean {
  const before = digArray(pod, 'status', 'conditions').filter(isJsonObject);
  const old = before.find((one) => one['type'] === 'PodScheduled');
  const isKnown = old?.['reason'] === reason && old['message'] === message;
  if (isKnown && nodeName === digString(pod, 'status', 'nominatedNodeName')) return false;
  const [condition = {}] = mergeConditions(
    before,
    [{ type: 'PodScheduled', status: 'False', reason, message }],
    context.world.clock.timestamp(),
  );
  const others = before.filter((one) => one['type'] !== 'PodScheduled');
  context.cluster.store.replace(podResource, {
    ...pod,
    status: {
      ...digObject(pod, 'status'),
      ...(nodeName !== '' && { nominatedNodeName: nodeName }),
      conditions: [{ lastProbeTime: null, ...condition }, ...others],
    },
  });
  return !isKnown;
}

function place(context: WriteContext, pod: KubeObject, nodeName: string): void {
  const now = context.world.clock.timestamp();
  const condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now };
  const others = digArray(pod, 'status', 'conditions').filter(
    (one) => digString(one, 'type') !== 'PodScheduled',
  );
  const { namespace = '', name } = pod.metadata;
  const { nominatedNodeName: _, ...status } = digObject(pod, 'status');
  context.cluster.store.replace(podResource, {
    ...pod,
    spec: { ...digObject(pod, 'spec'), nodeName },
    status: { ...status, conditions: [condition, ...others] },
  });
  recordEvent(context, pod, {
    reason: 'Scheduled',
    message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
    component,
  });
}
