import { isJsonObject, type Json, type JsonObject } from '../../../core/json.js';

/**
 * A Go struct that an answer of Jenkins is read into before it is passed on: its members in order, and what becomes of them.
 *
 * - `omit`: left out when empty, as `omitempty` does
 * - `keep`: always there
 * - a shape: a struct, always there
 * - a shape in an array: a list of structs, left out when empty
 * - `pointer`: a struct, left out when absent
 */
export interface Shape {
  readonly [key: string]: Field;
}
/** What becomes of a member. */
type Field = 'omit' | 'keep' | Shape | readonly [Shape] | { readonly pointer: Shape };

/** A value as Go prints it after reading it into a struct. */
export function shaped(value: Json, shape: Shape): JsonObject {
  const from = isJsonObject(value) ? value : {};
  const found: Record<string, Json> = {};
  for (const [key, field] of Object.entries(shape)) {
    const given = from[key] ?? null;
    const made = member(given, field);
    if (made !== undefined) found[key] = made;
  }
  return found;
}

function member(given: Json, field: Field): Json | undefined {
  if (field === 'keep') return given ?? 0;
  if (field === 'omit') return isEmpty(given) ? undefined : sorted(given);
  if (Array.isArray(field)) {
    const [shape] = field as readonly [Shape];
    const list = Array.isArray(given) ? (given as readonly Json[]) : [];
    return list.length === 0 ? undefined : list.map((one) => shaped(one, shape));
  }
  if (isPointer(field)) return isJsonObject(given) ? shaped(given, field.pointer) : undefined;
  return shaped(given, field as Shape);
}

function isPointer(field: Field): field is { readonly pointer: Shape } {
  return typeof field === 'object' && isShape((field as { readonly pointer?: unknown }).pointer);
}

function isShape(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

/** What Go knows no struct for is a map, whose keys it sorts. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one ?? null)]));
}

/** A value with all of its keys sorted, at every depth. */
export function withSortedKeys(value: Json): Json {
  return sorted(value);
}

/** Members that came with 3.1, and those that are always there since. */
const later: Readonly<Record<string, 'omit' | undefined>> = {
  aprovable: undefined,
  choices: undefined,
  weatherScore: 'omit',
};

/** A struct as it was in 3.0. */
export function shapeOf30(shape: Shape): Shape {
  const entries = Object.entries(shape).flatMap(([key, field]): [string, Field][] => {
    if (Object.hasOwn(later, key)) return later[key] === undefined ? [] : [[key, later[key]]];
    if (typeof field === 'string') return [[key, field]];
    if (Array.isArray(field)) return [[key, [shapeOf30((field as readonly [Shape])[0])]]];
    if (isPointer(field)) return [[key, { pointer: shapeOf30(field.pointer) }]];
    return [[key, shapeOf30(field as Shape)]];
  });
  return Object.fromEntries(entries);
}
