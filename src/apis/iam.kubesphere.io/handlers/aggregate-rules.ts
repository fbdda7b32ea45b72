import { digArray, digObject, isJsonObject, type JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { aggregationRolesAnnotation } from '../../../core/well-known-keys.js';
import { readRoleNames } from '../../../rbac/aggregated-roles.js';

/**
 * A role as sent, with the rules of the template roles it names instead of its own; none without the annotation.
 *
 * @param find Gives a template role. @throws ApiError NotFound
 */
export function withAggregatedRules(sent: JsonObject, find: (name: string) => KubeObject): JsonObject {
  const text = digObject(sent, 'metadata', 'annotations')[aggregationRolesAnnotation];
  const names = readRoleNames(typeof text === 'string' ? text : undefined);
  const rules = names.flatMap((name) => digArray(find(name), 'rules').filter(isJsonObject));
  return { ...sent, rules };
}
