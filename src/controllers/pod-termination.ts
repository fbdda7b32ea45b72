import { digString } from '../core/json.js';
import { currentOf, isDeleting, type Controller } from './controller.js';
import { hasLostKubelet, nodeResource } from './nodes/node-condition.js';

/**
 * Ends a pod whose deletion was asked for: what the kubelet does when the containers have stopped.
 *
 * Where nothing is heard of the kubelet, nobody knows whether they have: the pod waits for it, or for a deletion without
 * grace.
 */
export const podTermination: Controller = {
  name: 'pod-termination',
  watches: ['pods.'],
  reconcile: (context, change) => {
    const pod = currentOf(context, change);
    if (pod === undefined || !isDeleting(pod) || (pod.metadata.finalizers?.length ?? 0) > 0) return;
    const { store } = context.cluster;
    const node = store.find(nodeResource, undefined, digString(pod, 'spec', 'nodeName'))?.object;
    if (node !== undefined && hasLostKubelet(node) && (pod.metadata.deletionGracePeriodSeconds ?? 0) > 0)
      return;
    store.remove(change.resource, pod.metadata.namespace, pod.metadata.name);
  },
};
