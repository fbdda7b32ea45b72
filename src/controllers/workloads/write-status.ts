import { digArray, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { GroupResource } from '../../core/api-error.js';
import type { WriteContext } from '../../registry/contract.js';

/** Writes an object's status when it says something new. @returns whether it did */
export function writeStatus(
  { cluster }: WriteContext,
  resource: GroupResource,
  object: KubeObject,
  status: JsonObject,
): boolean {
  if (sameJson(object['status'], status)) return false;
  cluster.store.replace(resource, { ...object, status });
  return true;
}

/** A condition as it is to be; its times are filled in by {@link mergeConditions}. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** Conditions with their times: a transition is dated when the status changes, an update when anything does. */
export function mergeConditions(
  before: readonly JsonObject[],
  wanted: readonly Condition[],
  now: string,
  updateTimes = false,
): JsonObject[] {
  return wanted.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const { type, status, reason, message } = condition;
    const isSame = old?.['status'] === status && old['reason'] === reason && old['message'] === message;
    if (isSame) return old;
    const lastTransitionTime = old?.['status'] === status ? (old['lastTransitionTime'] ?? now) : now;
    return {
      type,
      status,
      ...(updateTimes && { lastUpdateTime: now }),
      lastTransitionTime,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
    };
  });
}

/** Conditions of an object that somebody else than its controller has set, which stay as they are. */
export function othersConditions(object: KubeObject, own: readonly string[]): JsonObject[] {
  return digArray(object, 'status', 'conditions')
    .filter(isJsonObject)
    .filter(({ type }) => typeof type === 'string' && !own.includes(type));
}
