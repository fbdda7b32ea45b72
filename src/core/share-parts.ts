import { isJsonObject, type Json, type JsonObject } from './json.js';

/**
 * A value with the very parts of another wherever they say the same, so that nobody has to compare, check or complete
 * them again. Where all of it is the same it is the other.
 */
export function shareParts<T extends Json>(value: T, other: Json | undefined): T;
export function shareParts(value: Json, other: Json | undefined): Json {
  if (value === other) return value;
  if (Array.isArray(value))
    return Array.isArray(other) ? shareItems(value as readonly Json[], other as readonly Json[]) : value;
  return isJsonObject(value) && isJsonObject(other) ? shareMembers(value, other) : value;
}

function shareItems(items: readonly Json[], others: readonly Json[]): readonly Json[] {
  let isOther = items.length === others.length;
  const shared = items.map((item, at) => {
    const one = shareParts(item, others[at]);
    isOther &&= one === others[at];
    return one;
  });
  return isOther ? others : shared;
}

function shareMembers(object: JsonObject, other: JsonObject): JsonObject {
  let left = Object.keys(other).length;
  const members: [string, Json | undefined][] = [];
  for (const key of Object.keys(object)) {
    const value = object[key];
    const there = Object.hasOwn(other, key) ? other[key] : undefined;
    const one = value === undefined ? value : shareParts(value, there);
    if (one !== undefined && one === there) left -= 1;
    else left = Number.NaN;
    members.push([key, one]);
  }
  return left === 0 ? other : Object.fromEntries(members);
}
