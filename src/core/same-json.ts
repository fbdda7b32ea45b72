import type { Json, JsonObject } from './json.js';

/**
 * Tells whether two values are the same JSON: members in whatever order, `undefined` ones as if they were not there.
 *
 * For JSON alone this is several times as fast as `isDeepStrictEqual`, and writes are compared again and again.
 */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a as readonly Json[], b as readonly Json[]);
  return !Array.isArray(b) && sameMembers(a as JsonObject, b as JsonObject);
}

function sameItems(a: readonly Json[], b: readonly Json[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (!sameJson(a[at], b[at])) return false;
  return true;
}

function sameMembers(a: JsonObject, b: JsonObject): boolean {
  let more = 0;
  for (const key in a) {
    const member = a[key];
    if (member === undefined) continue;
    if (!Object.hasOwn(b, key) || !sameJson(member, b[key])) return false;
    more += 1;
  }
  for (const key in b) if (b[key] !== undefined) more -= 1;
  return more === 0;
}
