import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';

/** Says in a map, or in an item of a list, what is to become of it. */
export const directive = '$patch';
/** Names the members of a map that stay. */
export const retainKeys = '$retainKeys';
/** Begins the name of the order of a list. */
export const orderPrefix = '$setElementOrder';
/** Begins the name of what goes from a list of plain values. */
export const deletePrefix = '$deleteFromPrimitiveList';

/** A value for a field that has none yet: without nulls, and without the maps that hold a directive. */
export function asNew(value: Json): Json | undefined {
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map(asNew).filter((item) => item !== undefined);
  }
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, directive)) return undefined;
  const members = Object.entries(value).map(
    ([key, member]) => [key, member === undefined || member === null ? undefined : asNew(member)] as const,
  );
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

/** A map without one of its members. */
export function without(map: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
}
