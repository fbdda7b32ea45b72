import { minorOf } from '../../core/kubernetes-minor.js';
import type { WriteContext } from '../../registry/contract.js';

/** From which minor version on Kubernetes judges pods in another way, without anybody switching it on. */
const since = {
  /** Variables may have any printable name without `=`. */
  relaxedVariableNames: 32,
  /** Domains to search in may have underscores, and be the root alone. */
  relaxedSearchDomains: 33,
  /** Refusals to sleep no time at all name what would allow it. */
  namesZeroSleep: 32,
  /** A container may be told to sleep no time at all. */
  zeroSleep: 33,
  /** Sidecars may say what a resize does to them. */
  sidecarResizePolicy: 33,
} as const;

/** What pods, and templates of pods, are judged by. */
export interface PodRules {
  /** True for pods, false for templates. */
  readonly isPod: boolean;
  /** Name of the pod; empty for templates. */
  readonly podName: string;
  readonly has: (rule: keyof typeof since) => boolean;
}

/** The rules for pods of a name, or for templates when there is none. @see kubernetes/kubernetes pkg/features/kube_features.go */
export function podRules({ world }: WriteContext, podName?: string): PodRules {
  const minor = minorOf(world.settings.kubernetesVersion);
  return { isPod: podName !== undefined, podName: podName ?? '', has: (rule) => minor >= since[rule] };
}
