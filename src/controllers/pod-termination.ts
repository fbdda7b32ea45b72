import { currentOf, isDeleting, type Controller } from './controller.js';

/** Ends a pod whose deletion was asked for: what the kubelet does when the containers have stopped. */
export const podTermination: Controller = {
  name: 'pod-termination',
  watches: ['pods.'],
  reconcile: (context, change) => {
    const pod = currentOf(context, change);
    if (pod === undefined || !isDeleting(pod) || (pod.metadata.finalizers?.length ?? 0) > 0) return;
    context.cluster.store.remove(change.resource, pod.metadata.namespace, pod.metadata.name);
  },
};
