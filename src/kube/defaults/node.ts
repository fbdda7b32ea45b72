import { digArray, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/**
 * A new node with the taint that keeps pods away until the node controller has looked at it.
 *
 * @see kubernetes/kubernetes plugin/pkg/admission/nodetaint/admission.go
 */
export function withFirstTaint(node: KubeObject): KubeObject {
  const taints = digArray(node, 'spec', 'taints');
  const isThere = taints.some(
    (one) => digString(one, 'key') === taint.key && digString(one, 'effect') === taint.effect,
  );
  return isThere ? node : { ...node, spec: { ...digObject(node, 'spec'), taints: [...taints, taint] } };
}
