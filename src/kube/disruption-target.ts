import { digArray, digObject, digString, isJsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { minorOf } from '../core/kubernetes-minor.js';
import type { World } from '../state/world.js';

/** The first Kubernetes that says it of pods that are driven out. */
const firstMinor = 26;

/** Whether the Kubernetes a world reports has pods say why they are driven out. */
export function saysDisruption({ settings }: World): boolean {
  return minorOf(settings.kubernetesVersion) >= firstMinor;
}

/**
 * A pod that says why it is driven out; as it is, where the Kubernetes a world reports does not say so.
 *
 * @see kubernetes/api core/v1 DisruptionTarget
 */
export function withDisruptionTarget(
  world: World,
  pod: KubeObject,
  reason: string,
  message: string,
): KubeObject {
  if (!saysDisruption(world)) return pod;
  const type = 'DisruptionTarget';
  const condition = {
    type,
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: world.clock.timestamp(),
    reason,
    message,
  };
  const others = digArray(pod, 'status', 'conditions').filter(
    (one) => isJsonObject(one) && digString(one, 'type') !== type,
  );
  return { ...pod, status: { ...digObject(pod, 'status'), conditions: [...others, condition] } };
}
