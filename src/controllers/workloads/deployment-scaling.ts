import type { KubeObject } from '../../core/kube-object.js';

/** A ReplicaSet of a Deployment whose size is changed in the middle of a rollout. */
export interface SizedSet {
  readonly set: KubeObject;
  readonly replicas: number;
  readonly revision: number;
  /** How many pods its Deployment could have when it was last scaled, extra ones included; 0 when it does not say. */
  readonly mostBefore: number;
}

/** What a Deployment asks for now. */
export interface Wanted {
  readonly replicas: number;
  /** Pods there may be too many of. */
  readonly surge: number;
  /** Pods its status counts. */
  readonly counted: number;
}

/**
 * The sizes of the ReplicaSets of a Deployment once it is made larger or smaller: each gets its share, the largest what
 * is left over.
 *
 * @param sets Those that have pods.
 * @see kubernetes/kubernetes pkg/controller/deployment/sync.go scale, util/deployment_util.go GetReplicaSetProportion
 */
export function proportionally(sets: readonly SizedSet[], wanted: Wanted): ReadonlyMap<KubeObject, number> {
  const total = sets.reduce((sum, { replicas }) => sum + replicas, 0);
  const toAdd = (wanted.replicas > 0 ? wanted.replicas + wanted.surge : 0) - total;
  const sizes = new Map(sets.map(({ set, replicas }) => [set, replicas]));
  if (toAdd === 0) return sizes;
  // Of two that are as large, the newer one grows first and the older one shrinks first.
  const order = [...sets].sort(
    (a, b) => b.replicas - a.replicas || (toAdd > 0 ? b.revision - a.revision : a.revision - b.revision),
  );
  let added = 0;
  for (const one of order) {
    const part = portion(one, wanted, toAdd - added, toAdd > 0);
    sizes.set(one.set, one.replicas + part);
    added += part;
  }
  const [largest] = order;
  if (largest !== undefined)
    sizes.set(largest.set, Math.max(0, (sizes.get(largest.set) ?? 0) + toAdd - added));
  return sizes;
}

function portion(one: SizedSet, wanted: Wanted, left: number, isGrowing: boolean): number {
  if (one.replicas === 0 || left === 0) return 0;
  const share = shareOf(one, wanted);
  return isGrowing ? Math.min(share, left) : Math.max(share, left);
}

function shareOf({ replicas, mostBefore }: SizedSet, wanted: Wanted): number {
  if (wanted.replicas === 0) return -replicas;
  const before = mostBefore > 0 ? mostBefore : wanted.counted;
  if (before === 0) return 0;
  return Math.round((replicas * (wanted.replicas + wanted.surge)) / before) - replicas;
}
