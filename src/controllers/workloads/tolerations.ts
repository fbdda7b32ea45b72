import { digArray, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** Taint of nodes that take no new pods. */
export const unschedulableTaint = 'node.kubernetes.io/unschedulable';

/** Whether a toleration puts up with a taint. @see kubernetes/api core/v1 Toleration.ToleratesTaint */
export function tolerates(toleration: Json, taint: Json): boolean {
  const effect = digString(toleration, 'effect');
  if (effect !== '' && effect !== digString(taint, 'effect')) return false;
  const key = digString(toleration, 'key');
  if (key !== '' && key !== digString(taint, 'key')) return false;
  if (digString(toleration, 'operator') === 'Exists') return true;
  return key !== '' && digString(toleration, 'value') === digString(taint, 'value');
}

/** The first taint of a node, of the effects given, that keeps a pod with these tolerations away. */
export function untolerated(
  node: KubeObject,
  tolerations: readonly Json[],
  effects: readonly string[] = ['NoSchedule', 'NoExecute'],
): Json | undefined {
  return digArray(node, 'spec', 'taints').find(
    (taint) =>
      effects.includes(digString(taint, 'effect')) && !tolerations.some((one) => tolerates(one, taint)),
  );
}
