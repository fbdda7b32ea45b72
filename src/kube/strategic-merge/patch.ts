import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../../core/json.js';
import { asNew, deletePrefix, directive, orderPrefix, retainKeys, without } from './directives.js';
import { checkOrder, haveMaps, mergeList, serverOrder, withoutValues, type ListRules } from './merge-list.js';
import { inOrder } from './order.js';
import { badFormat, badType, unfit, unknownDirective } from './refusals.js';
import type { MergeRules, MergeSchema } from './schema.js';

type Mutable = Record<string, Json | undefined>;

/**
 * Applies a strategic merge patch: maps merge by key, lists by their merge key where the type says so.
 *
 * @param type Go type of the object, such as `core/v1.Service`.
 * @throws ApiError 400 for a directive that is malformed, 422 or 500 for a patch that does not fit the object
 * @see kubernetes/apimachinery pkg/util/strategicpatch/patch.go
 */
export function strategicMergePatch(
  original: JsonObject,
  patch: JsonObject,
  type: string,
  schema: MergeSchema,
): JsonObject {
  const what = patch[directive];
  if (what === 'replace') return without(patch, directive);
  if (what === 'delete') return {};
  if (what !== undefined) throw unknownDirective(what, patch);
  const result: Mutable = Object.assign(Object.create(null) as Mutable, original);
  const kept = patch[retainKeys];
  if (kept !== undefined) clearOthers(result, kept, patch);
  const ordered = mergeOrdered(result, patch, type, schema);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key === retainKeys || key.startsWith(orderPrefix) || ordered.has(key))
      continue;
    if (key.startsWith(deletePrefix)) deleteValues(result, key, value, type, schema);
    else if (value === null) delete result[key];
    else result[key] = mergeField(result[key], value, rulesFor(type, key, schema), schema);
  }
  return { ...result };
}

function mergeField(
  before: Json | undefined,
  value: Json,
  rules: () => MergeRules,
  schema: MergeSchema,
): Json | undefined {
  const isMap = isJsonObject(value);
  if (isMap && isJsonObject(before)) {
    const { strategy, type } = rules();
    return strategy.includes('replace') ? value : strategicMergePatch(before, value, type, schema);
  }
  if (Array.isArray(value) && Array.isArray(before)) {
    const found = rules();
    if (!found.strategy.includes('merge')) return value as JsonArray;
    return mergeList(before as JsonArray, value as JsonArray, listRules(found, schema));
  }
  return asNew(value);
}

/** Looks the rules of a field up when they are needed: a value that has nothing to merge with has no need of them. */
function rulesFor(type: string, field: string, schema: MergeSchema): () => MergeRules {
  return () => schema(type, field) ?? { type: '', repeated: false, strategy: '', mergeKey: '' };
}

function listRules({ type, mergeKey }: MergeRules, schema: MergeSchema): ListRules {
  return { mergeKey, mergeItem: (item, patch) => strategicMergePatch(item, patch, type, schema) };
}

/**
 * Merges the lists whose order a patch gives.
 *
 * @returns The names of those lists, which are done with.
 */
function mergeOrdered(
  result: Mutable,
  patch: JsonObject,
  type: string,
  schema: MergeSchema,
): ReadonlySet<string> {
  const done = new Set<string>();
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(orderPrefix)) continue;
    if (!Array.isArray(order)) throw badType('[]interface {}', order);
    const field = fieldOf(key, orderPrefix);
    const [before, given] = [result[field], patch[field]];
    for (const list of [before, given])
      if (list !== undefined && !Array.isArray(list)) throw badType('[]interface {}', list);
    const [old, list] = [(before ?? []) as JsonArray, (given ?? []) as JsonArray];
    const rules = schema(type, field);
    if (rules === undefined) {
      const struct = type.slice(type.lastIndexOf('.') + 1);
      throw unfit(`unable to find api field in struct ${struct} for the json field ${JSON.stringify(field)}`);
    }
    checkOrder(list, order as JsonArray, rules.mergeKey);
    done.add(field);
    if (before === undefined && given === undefined) continue;
    const merged =
      given === undefined
        ? old
        : before === undefined
          ? (asNew(list) as JsonArray)
          : (mergeField(old, list, () => rules, schema) as JsonArray);
    haveMaps(old, list);
    const server = rules.strategy.includes('merge') ? serverOrder(old, list, rules.mergeKey) : old;
    result[field] = inOrder(merged, order as JsonArray, server, rules.mergeKey);
  }
  return done;
}

function fieldOf(key: string, prefix: string): string {
  if (!key.startsWith(`${prefix}/`)) throw badFormat('setElementOrder list');
  return key.slice(prefix.length + 1);
}

function clearOthers(result: Mutable, kept: Json, patch: JsonObject): void {
  const keys = new Set(Array.isArray(kept) ? (kept as JsonArray) : []);
  const isDirective = (key: string): boolean =>
    [retainKeys, orderPrefix, deletePrefix].some((prefix) => key.startsWith(prefix));
  const others = Object.keys(patch).filter(
    (key) => !isDirective(key) && patch[key] !== null && !keys.has(key),
  );
  if (!Array.isArray(kept) || others.length > 0) throw badFormat('retainKeys');
  for (const key of Object.keys(result)) if (!keys.has(key)) delete result[key];
}

function deleteValues(result: Mutable, key: string, values: Json, type: string, schema: MergeSchema): void {
  const field = key.slice(deletePrefix.length + 1);
  const list = result[field];
  if (values === null) delete result[field];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  const rules = rulesFor(type, field, schema)();
  result[field] = withoutValues(list as JsonArray, values as JsonArray, listRules(rules, schema));
}
