import { digArray, digObject, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import { aggregationRolesAnnotation } from '../../../core/well-known-keys.js';

/** The template roles a role of 3.x is made of. */
export function aggregatedRoleNames(role: KubeObject): string[] {
  return readNames(annotation(role, aggregationRolesAnnotation));
}

function readNames(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  try {
    const names = JSON.parse(text) as Json;
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    // The real server logs what it cannot read and goes on without.
    return [];
  }
}

/**
 * A role as sent, with the rules of the template roles it names instead of its own; none without the annotation.
 *
 * @param find Gives a template role. @throws ApiError NotFound
 */
export function withAggregatedRules(sent: JsonObject, find: (name: string) => KubeObject): JsonObject {
  const text = digObject(sent, 'metadata', 'annotations')[aggregationRolesAnnotation];
  const names = readNames(typeof text === 'string' ? text : undefined);
  const rules = names.flatMap((name) => digArray(find(name), 'rules').filter(isJsonObject));
  return { ...sent, rules };
}
