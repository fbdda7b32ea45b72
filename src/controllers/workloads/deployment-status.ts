import { dig, digArray, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { mergeConditions, type Condition } from './write-status.js';

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
 * @param current The ReplicaSet of the current template.
 * @param unavailable How many pods may be missing.
 * @see kubernetes/kubernetes pkg/controller/deployment/sync.go calculateStatus, progress.go syncRolloutStatus
 */
export function deploymentStatus(
  deployment: KubeObject,
  sets: readonly KubeObject[],
  current: KubeObject | undefined,
  before: readonly JsonObject[],
  now: string,
  unavailable: number,
): JsonObject {
  const sum = (key: string): number => sets.reduce((total, set) => total + numberOf(set, key), 0);
  const wanted = replicasOf(deployment);
  const [replicas, ready, available] = [sum('replicas'), sum('readyReplicas'), sum('availableReplicas')];
  const updated = current === undefined ? 0 : numberOf(current, 'replicas');
  const missing = Math.max(0, sets.reduce((total, set) => total + replicasOf(set), 0) - available);
  const isDone = updated === wanted && replicas === wanted && available === wanted;
  const isAvailable = available >= wanted - unavailable;
  const conditions: Condition[] = [
    {
      type: 'Available',
      status: isAvailable ? 'True' : 'False',
      reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`,
    },
    progress(deployment, current, isDone),
    ...failureOf(sets),
  ];
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...(replicas > 0 && { replicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(missing > 0 && { unavailableReplicas: missing }),
    conditions: mergeConditions(before, conditions, now, true),
  };
}

function progress(deployment: KubeObject, current: KubeObject | undefined, isDone: boolean): Condition {
  const set = JSON.stringify(current?.metadata.name ?? '');
  const type = 'Progressing';
  if (dig(deployment, 'spec', 'paused') === true && !isDone)
    return { type, status: 'True', reason: 'DeploymentPaused', message: 'Deployment is paused' };
  return isDone
    ? {
        type,
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet ${set} has successfully progressed.`,
      }
    : { type, status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet ${set} is progressing.` };
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
