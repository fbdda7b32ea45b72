import { digArray, digObject, digString, isJsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { isDeleting, isHeartbeat, type QueuedController, type WorkKey } from '../controller.js';
import { chooseNode } from './choose-node.js';
import { recordEvent } from './events.js';
import { podIndex } from './pod-index.js';
import { ownKey, podResource } from './pods.js';
import { claimsOf } from './storage-protection.js';
import { mergeConditions } from './write-status.js';

const component = 'default-scheduler';

/**
 * Puts new pods on nodes, and looks again at those that found no place when nodes, claims or other pods change.
 *
 * @see kubernetes/kubernetes pkg/scheduler
 */
export const schedulerController: QueuedController = {
  name: 'scheduler',
  watches: ['pods.', 'nodes.', 'persistentvolumeclaims.'],
  keysOf: ({ cluster }, change) => {
    if (change.resource.plural === 'pods') {
      if (change.type === 'DELETED') return waiting(cluster, undefined);
      if (digString(change.stored.object, 'spec', 'nodeName') === '') return [ownKey(change)];
      const isPlaced = digString(change.previous?.object, 'spec', 'nodeName') === '';
      return isPlaced ? waiting(cluster, undefined).filter((key) => wantsCompany(cluster, key)) : [];
    }
    if (change.resource.plural === 'nodes') {
      return isHeartbeat(change) ? [] : waiting(cluster, undefined);
    }
    return waiting(cluster, change.stored.object.metadata.namespace);
  },
  settle: (context, { namespace, name }) => {
    const pod = context.cluster.store.find(podResource, namespace, name)?.object;
    if (pod === undefined || isDeleting(pod) || digString(pod, 'spec', 'nodeName') !== '') return;
    if (digArray(pod, 'spec', 'schedulingGates').length > 0) return;
    if (digString(pod, 'spec', 'schedulerName') !== component) return;
    const why = missingClaim(context, pod);
    const choice = why === undefined ? chooseNode(context.cluster, pod) : { why };
    if ('why' in choice) refuse(context, pod, choice.why);
    else place(context, pod, choice.node.metadata.name);
  },
};

function waiting({ store }: WriteContext['cluster'], namespace: string | undefined): readonly WorkKey[] {
  const { unplaced } = podIndex(store);
  if (unplaced.size === 0) return [];
  return [...unplaced.values()]
    .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
    .map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
}

/** Whether a pod waits for others to be near. */
function wantsCompany({ store }: WriteContext['cluster'], { namespace, name }: WorkKey): boolean {
  const pod = store.find(podResource, namespace, name)?.object;
  return Object.keys(digObject(pod, 'spec', 'affinity', 'podAffinity')).length > 0;
}

/** What is wrong with the claims of a pod, in the scheduler's words. */
function missingClaim({ cluster }: WriteContext, pod: KubeObject): string | undefined {
  const { namespace } = pod.metadata;
  const { store } = cluster;
  for (const name of claimsOf(pod)) {
    const claim = store.find({ group: '', plural: 'persistentvolumeclaims' }, namespace, name)?.object;
    const why = whyUnbound(store, name, claim);
    if (why === undefined) continue;
    const total = String(store.count({ group: '', plural: 'nodes' }));
    return `0/${total} nodes are available: ${why}. preemption: 0/${total} nodes are available: ${total} Preemption is not helpful for scheduling.`;
  }
  return undefined;
}

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
  return 'pod has unbound immediate PersistentVolumeClaims';
}

function refuse(context: WriteContext, pod: KubeObject, message: string): void {
  const conditions = mergeConditions(
    digArray(pod, 'status', 'conditions').filter(isJsonObject),
    [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    context.world.clock.timestamp(),
  );
  const before = digArray(pod, 'status', 'conditions')[0];
  if (before !== undefined && before === conditions[0]) return;
  const status = {
    ...digObject(pod, 'status'),
    conditions: conditions.map((one) => ({ lastProbeTime: null, ...one })),
  };
  if (digString(before, 'message') === message) return;
  context.cluster.store.replace(podResource, { ...pod, status });
  recordEvent(context, pod, { type: 'Warning', reason: 'FailedScheduling', message, component });
}

function place(context: WriteContext, pod: KubeObject, nodeName: string): void {
  const now = context.world.clock.timestamp();
  const condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now };
  const { namespace = '', name } = pod.metadata;
  context.cluster.store.replace(podResource, {
    ...pod,
    spec: { ...digObject(pod, 'spec'), nodeName },
    status: { ...digObject(pod, 'status'), conditions: [condition] },
  });
  recordEvent(context, pod, {
    reason: 'Scheduled',
    message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
    component,
  });
}
