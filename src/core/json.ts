/** A JSON value. */
export type Json = string | number | boolean | null | JsonArray | JsonObject;
/** A JSON array; read-only because stored objects are frozen. */
export type JsonArray = readonly Json[];
/** A JSON object; read-only because stored objects are frozen. `undefined` members are not written. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

const escapes: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};
const unsafe = /[<>&\u2028\u2029]/g;

/** Escapes what Go's encoding/json escapes and JSON.stringify does not; these five only occur inside strings. */
function escapeLikeGo(text: string): string {
  return text.replace(unsafe, (character) => escapes[character] ?? character);
}

/** Encodes a value the way Go's `json.Marshal` does: no spaces, `<`, `>` and `&` escaped, no newline at the end. */
export function encodeCompact(value: Json): string {
  return escapeLikeGo(JSON.stringify(value));
}

/**
 * Encodes a value the way Go's `json.MarshalIndent` does.
 *
 * @param indent Spaces per level: 1 for go-restful handlers, 2 for `Status` objects shown to curl and browsers.
 */
export function encodeIndented(value: Json, indent: 1 | 2): string {
  return escapeLikeGo(JSON.stringify(value, null, indent));
}

/** Tells whether a value is a JSON object (not an array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Freezes a value and everything in it; already frozen parts are not walked again. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    // Loops that make no array of the members: worlds of a hundred thousand objects come through here.
    if (Array.isArray(value)) for (const member of value) deepFreeze<unknown>(member);
    else for (const key in value) if (typeof value[key] === 'object') deepFreeze(value[key]);
  }
  return value;
}

/** Follows a path of keys into a value; `undefined` when any step is missing. */
export function dig(value: Json | undefined, ...path: string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const key of path) {
    if (!isJsonObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

/** Follows a path of keys to a string; `''` when it is missing or something else. */
export function digString(value: Json | undefined, ...path: string[]): string {
  const found = dig(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Follows a path of keys to an array; empty when it is missing or something else. */
export function digArray(value: Json | undefined, ...path: string[]): JsonArray {
  const found = dig(value, ...path);
  return Array.isArray(found) ? (found as JsonArray) : [];
}

/** Follows a path of keys to an object; empty when it is missing or something else. */
export function digObject(value: Json | undefined, ...path: string[]): JsonObject {
  const found = dig(value, ...path);
  return isJsonObject(found) ? found : {};
}
