import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { isSet, memberSchema, resourceMembers } from './schema-nodes.js';

/** Schemas known to hold a default somewhere, or not to. */
const knownDefaults = new WeakMap<JsonObject, boolean>();

/** Whether a schema gives a default to anything; most do not, and their objects need not be walked. */
export function hasDefaults(schema: JsonObject): boolean {
  let known = knownDefaults.get(schema);
  if (known === undefined) knownDefaults.set(schema, (known = findsDefault(schema)));
  return known;
}

function findsDefault(schema: JsonObject): boolean {
  if (schema['default'] !== undefined) return true;
  const { properties, items, additionalProperties } = schema;
  return [items, additionalProperties, ...Object.values(isJsonObject(properties) ? properties : {})].some(
    (one) => isJsonObject(one) && findsDefault(one),
  );
}

/**
 * A value with the defaults of its schema filled in; the same value when nothing is missing. A `null` where the schema
 * allows none and has a default counts as missing.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/defaulting
 */
export function withDefaults(value: Json, schema: JsonObject, isRoot = false): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    const list = value as readonly Json[];
    if (!isJsonObject(items)) return list;
    const next = list.map((item) => withDefaults(replacedNull(item, items), items));
    return next.every((item, at) => item === list[at]) ? list : next;
  }
  return isJsonObject(value) ? objectWithDefaults(value, schema, isRoot) : value;
}

function objectWithDefaults(value: JsonObject, schema: JsonObject, isRoot: boolean): JsonObject {
  const next: Record<string, Json | undefined> = {};
  let changed = false;
  for (const [key, member] of Object.entries(value)) {
    const described = isRoot && resourceMembers.has(key) ? undefined : memberSchema(schema, key);
    next[key] = member;
    if (described === undefined || member === undefined) continue;
    const completed = withDefaults(replacedNull(member, described), described);
    if (completed !== member) changed = true;
    next[key] = completed;
  }
  const { properties } = schema;
  for (const [key, described] of Object.entries(isJsonObject(properties) ? properties : {})) {
    if (next[key] !== undefined || !isJsonObject(described) || described['default'] === undefined) continue;
    if (isRoot && resourceMembers.has(key)) continue;
    next[key] = withDefaults(described['default'], described);
    changed = true;
  }
  return changed ? next : value;
}

/**
 * A value without members that are `null` where the schema allows none and has no default; the same value when there are
 * none.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/defaulting/prunenulls.go
 */
export function withoutNulls(value: Json, schema: JsonObject, isRoot = false): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    const list = value as readonly Json[];
    if (!isJsonObject(items)) return list;
    const next = list.map((item) => withoutNulls(item, items));
    return next.every((item, at) => item === list[at]) ? list : next;
  }
  if (!isJsonObject(value)) return value;
  const next: Record<string, Json | undefined> = {};
  let changed = false;
  for (const [key, member] of Object.entries(value)) {
    const described = isRoot && resourceMembers.has(key) ? undefined : memberSchema(schema, key);
    const drops = described !== undefined && described['default'] === undefined;
    if (member === null && drops && !isSet(described, 'nullable')) changed = true;
    else if (described === undefined || member === undefined) next[key] = member;
    else {
      const kept = withoutNulls(member, described);
      if (kept !== member) changed = true;
      next[key] = kept;
    }
  }
  return changed ? next : value;
}

function replacedNull(value: Json, schema: JsonObject): Json {
  const replacement = schema['default'];
  return value === null && replacement !== undefined && !isSet(schema, 'nullable') ? replacement : value;
}
