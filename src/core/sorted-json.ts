import { isJsonObject, type Json } from './json.js';

/** A value with the members of its objects in the order of their names, as Go's maps are written. */
export function sortedJson(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sortedJson);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .flatMap((key) => {
        const member = value[key];
        return member === undefined ? [] : [[key, sortedJson(member)]];
      }),
  );
}
