import { digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { podStatus } from '../../kube/kubelet/pod-conditions.js';
import type { WriteContext } from '../../registry/contract.js';
import { currentOf, isDeleting, type Controller } from '../controller.js';
import { hasLostKubelet, nodeResource } from '../nodes/node-condition.js';
import { stoppedStatus } from './container-status.js';
import { isFinished, podResource } from './pods.js';

/**
 * Ends a pod whose deletion was asked for: what the kubelet does when the containers have stopped. One that something
 * holds is seen to have ended.
 *
 * Where nothing is heard of the kubelet, nobody knows whether they have: the pod waits for it, or for a deletion without
 * grace.
 */
export const podTermination: Controller = {
  name: 'pod-termination',
  watches: ['pods.'],
  reconcile: (context, change) => {
    const pod = currentOf(context, change);
    if (pod === undefined || !isDeleting(pod)) return;
    const { store } = context.cluster;
    const node = store.find(nodeResource, undefined, digString(pod, 'spec', 'nodeName'))?.object;
    const isLost = node !== undefined && hasLostKubelet(node);
    if (isLost && (pod.metadata.deletionGracePeriodSeconds ?? 0) > 0) return;
    if ((pod.metadata.finalizers?.length ?? 0) > 0) {
      if (!isLost && !isFinished(pod)) end(context, pod);
      return;
    }
    store.remove(change.resource, pod.metadata.namespace, pod.metadata.name);
  },
};

function end(context: WriteContext, pod: KubeObject): void {
  const now = context.world.clock.timestamp();
  const statuses = digArray(pod, 'status', 'containerStatuses').map((one) => stoppedStatus(one, now));
  const status = podStatus(context.world, pod, statuses, now);
  // A pod that never ran has not succeeded.
  const phase = statuses.length === 0 ? 'Failed' : status['phase'];
  context.cluster.store.replace(podResource, { ...pod, status: { ...status, phase: phase ?? 'Failed' } });
}
