import { digString } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import type { Controller } from '../controller.js';
import { controllerOf } from '../dependents.js';
import { podResource } from '../workloads/pods.js';
import { hasLostKubelet, nodeResource } from './node-condition.js';

/** Carries the hash of the file a mirror pod shows. */
const mirrorKey = 'kubernetes.io/config.mirror';
const sourceKey = 'kubernetes.io/config.source';

/**
 * Puts back what shows a pod that a kubelet runs from a file: deleting it stops nothing, so its containers are as they
 * were.
 *
 * @see kubernetes/kubernetes pkg/kubelet/pod/mirror_client.go
 */
export const mirrorPodController: Controller = {
  name: 'mirror-pods',
  watches: ['pods.'],
  reconcile: ({ cluster: { store } }, { type, stored: { object: pod } }) => {
    if (type !== 'DELETED' || annotation(pod, mirrorKey) === undefined) return;
    if (annotation(pod, sourceKey) !== 'file') return;
    const node = store.find(nodeResource, undefined, digString(pod, 'spec', 'nodeName'))?.object;
    if (node === undefined || hasLostKubelet(node) || !isOf(pod, node)) return;
    if (store.find(podResource, pod.metadata.namespace, pod.metadata.name) !== undefined) return;
    const { name, namespace = '', labels, annotations, ownerReferences } = pod.metadata;
    const kept = { ...(labels && { labels }), ...(annotations && { annotations }) };
    store.create(podResource, {
      ...pod,
      metadata: { name, namespace, ...kept, ...(ownerReferences && { ownerReferences }) },
    });
  },
};

/** Kubelets before 1.17 do not say that a mirror pod is theirs. */
function isOf(pod: KubeObject, { metadata }: KubeObject): boolean {
  const owner = controllerOf(pod);
  return owner === undefined || (owner.kind === 'Node' && owner.uid === metadata.uid);
}
