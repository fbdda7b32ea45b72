import { minorOf } from '../../core/kubernetes-minor.js';
import type { World } from '../../state/world.js';

/** What Kubernetes' Job controller does from which minor version on, without anybody switching it on. */
const since = {
  /** `status.ready`. */
  ready: 24,
  /** Pods carry a finalizer until they are counted, so that none is forgotten. */
  tracking: 25,
  podFailurePolicy: 26,
  /** Pods of an index say so in a label, not in an annotation alone. */
  indexLabel: 28,
  backoffLimitPerIndex: 29,
  /** `status.terminating`, and pods that are replaced once they have ended. */
  podReplacementPolicy: 29,
  successPolicy: 31,
  /** A Job says what it is about to come to, and comes to it when its pods are gone. */
  delayedEnd: 31,
} as const;

/** Tells whether the Kubernetes a world reports does so. @see kubernetes/kubernetes pkg/features/kube_features.go */
export function hasJobFeature({ settings }: World, feature: keyof typeof since): boolean {
  return minorOf(settings.kubernetesVersion) >= since[feature];
}
