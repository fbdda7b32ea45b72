import { isJsonObject, type Json, type JsonObject } from './json.js';

/**
 * Applies a JSON merge patch: `null` removes, objects merge, everything else replaces.
 *
 * Members named `__proto__` are members like any other; nothing but the result is touched.
 *
 * Arrays lose the nulls of the objects in them, unless they replace an object.
 *
 * @see RFC 7386
 * @see evanphx/json-patch v4 merge.go
 */
export function applyMergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  const members = new Map<string, Json>();
  if (isJsonObject(target)) {
    for (const [key, value] of Object.entries(target)) if (value !== undefined) members.set(key, value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) members.delete(key);
    else members.set(key, merged(members.get(key), value));
  }
  return Object.fromEntries(members);
}

function merged(before: Json | undefined, value: Json): Json {
  if (isJsonObject(value)) return applyMergePatch(before, value);
  return isJsonObject(before) ? value : withoutNulls(value);
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutNulls);
  return isJsonObject(value) ? applyMergePatch(undefined, value) : value;
}
