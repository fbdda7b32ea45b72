import { isJsonObject, type Json, type JsonObject } from './json.js';

/**
 * Applies a JSON merge patch: `null` removes, objects merge, everything else replaces.
 *
 * Members named `__proto__` are members like any other; nothing but the result is touched.
 *
 * @see RFC 7386
 */
export function applyMergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  const members = new Map<string, Json>();
  if (isJsonObject(target)) {
    for (const [key, value] of Object.entries(target)) if (value !== undefined) members.set(key, value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) members.delete(key);
    else members.set(key, isJsonObject(value) ? applyMergePatch(members.get(key), value) : value);
  }
  return Object.fromEntries(members);
}
