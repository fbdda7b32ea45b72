import { dig, digArray, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { formatTimestamp } from '../../state/clock.js';
import { progressOf, type Counts, type Rollout } from './deployment-progress.js';
import { mergeConditions, othersConditions, type Condition } from './write-status.js';

/** `spec.replicas` of a workload. */
export function replicasOf(object: KubeObject): number {
  const replicas = dig(object, 'spec', 'replicas');
  return typeof replicas === 'number' ? replicas : 1;
}

/** A count in a workload's status; 0 when it is not there. */
export function numberOf(object: KubeObject, key: string): number {
  const value = dig(object, 'status', key);
  return typeof value === 'number' ? value : 0;
}

/**
 * What a Deployment says about itself, from its ReplicaSets.
 *
 * @see kubernetes/kubernetes pkg/controller/deployment/sync.go calculateStatus, progress.go syncRolloutStatus
 */
export function deploymentStatus(rollout: Rollout): JsonObject {
  const { deployment, sets, current, unavailable } = rollout;
  const sum = (key: string): number => sets.reduce((total, set) => total + numberOf(set, key), 0);
  const wanted = replicasOf(deployment);
  const [replicas, ready, available] = [sum('replicas'), sum('readyReplicas'), sum('availableReplicas')];
  const updated = current === undefined ? 0 : numberOf(current, 'replicas');
  const missing = Math.max(0, sets.reduce((total, set) => total + replicasOf(set), 0) - available);
  const isAvailable = available >= wanted - unavailable;
  const counts: Counts = { replicas, updated, ready, available };
  const conditions: Condition[] = [
    {
      type: 'Available',
      status: isAvailable ? 'True' : 'False',
      reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`,
    },
    ...failureOf(sets),
  ];
  const before = digArray(deployment, 'status', 'conditions').filter(isJsonObject);
  const timestamp = formatTimestamp(rollout.now);
  const [availability, ...failures] = mergeConditions(before, conditions, timestamp, true);
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...(replicas > 0 && { replicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(missing > 0 && { unavailableReplicas: missing }),
    conditions: [
      availability ?? {},
      ...progressOf(rollout, counts, before),
      ...failures,
      ...othersConditions(deployment, ['Available', 'Progressing', 'ReplicaFailure']),
    ],
  };
}

/** Whatever kept a ReplicaSet from making its pods. */
function failureOf(sets: readonly KubeObject[]): Condition[] {
  for (const set of sets) {
    for (const condition of digArray(set, 'status', 'conditions')) {
      if (!isJsonObject(condition) || condition['type'] !== 'ReplicaFailure') continue;
      const message = digString(condition, 'message');
      return [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }];
    }
  }
  return [];
}
