import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { isDeleting } from '../controller.js';
import { recordEvent } from '../workloads/events.js';
import { podsOn } from '../workloads/pod-index.js';
import { isFinished, podResource } from '../workloads/pods.js';
import { conditionOf } from './node-condition.js';

/** Has pods of a node that is in trouble no longer count as ready. */
export function markUnready(context: WriteContext, node: KubeObject): void {
  for (const pod of podsOn(context.cluster.store, node.metadata.name)) {
    if (!setReady(context, pod, 'False')) continue;
    recordEvent(context, pod, {
      type: 'Warning',
      reason: 'NodeNotReady',
      message: 'Node is not ready',
      component: 'node-controller',
    });
  }
}

/**
 * What the kubelet of a node that is back does: it ends the pods that were deleted meanwhile, and reports how the others
 * are.
 */
export function revive(context: WriteContext, node: KubeObject): void {
  for (const pod of podsOn(context.cluster.store, node.metadata.name)) {
    const { namespace, name, finalizers = [] } = pod.metadata;
    if (isDeleting(pod)) {
      if (finalizers.length === 0) context.cluster.store.remove(podResource, namespace, name);
    } else if (!isFinished(pod) && conditionOf(pod, 'ContainersReady') === 'True' && passesGates(pod)) {
      setReady(context, pod, 'True');
    }
  }
}

function passesGates(pod: KubeObject): boolean {
  return digArray(pod, 'spec', 'readinessGates').every(
    (gate) => conditionOf(pod, digString(gate, 'conditionType')) === 'True',
  );
}

/** Changes a pod's Ready condition where it has one. @returns whether it was another */
function setReady(context: WriteContext, pod: KubeObject, status: 'True' | 'False'): boolean {
  const before = conditionOf(pod, 'Ready');
  if (before === status || before === '') return false;
  const lastTransitionTime = context.world.clock.timestamp();
  const conditions = digArray(pod, 'status', 'conditions').map((one): JsonObject => {
    const given = isJsonObject(one) ? one : {};
    return given['type'] === 'Ready' ? { ...given, status, lastTransitionTime } : given;
  });
  context.cluster.store.replace(podResource, {
    ...pod,
    status: { ...digObject(pod, 'status'), conditions },
  });
  return true;
}
