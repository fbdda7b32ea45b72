import { badRequest, type ApiError } from '../core/api-error.js';
import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../core/json.js';

/** What a field's merge rules say; all absent for a plain value. */
export interface MergeRules {
  /** Type of the field, or of its items. */
  readonly type: string;
  readonly repeated: boolean;
  /** `merge`, `replace`, `retainKeys`, several joined by commas, or empty. */
  readonly strategy: string;
  /** The member that tells items of a merged list apart; empty for lists of plain values. */
  readonly mergeKey: string;
}

/** Looks a field of a type up; `undefined` when the type or field is unknown. */
export type MergeSchema = (type: string, field: string) => MergeRules | undefined;

type Mutable = Record<string, Json | undefined>;

const directive = '$patch';
const retainKeys = '$retainKeys';
const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch: maps merge by key, lists by their merge key where the type says so.
 *
 * @param type Go type of the object, such as `core/v1.Service`.
 * @throws ApiError 400 for a patch that does not fit the type
 * @see kubernetes/apimachinery pkg/util/strategicpatch/patch.go
 */
export function strategicMergePatch(
  original: JsonObject,
  patch: JsonObject,
  type: string,
  schema: MergeSchema,
): JsonObject {
  return mergeMap(original, patch, type, schema);
}

function mergeMap(original: JsonObject, patch: JsonObject, type: string, schema: MergeSchema): JsonObject {
  const mode = patch[directive];
  if (mode === 'replace') return strip(patch);
  if (mode === 'delete') return {};
  if (mode !== undefined && mode !== 'merge')
    throw bad(
      `Unrecognized value for directive $patch: ${typeof mode === 'string' ? mode : JSON.stringify(mode)}`,
    );
  const result: Mutable = Object.assign(Object.create(null) as Mutable, original);
  const kept = patch[retainKeys];
  if (kept !== undefined) clearOthers(result, kept, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key === directive || key === retainKeys || key.startsWith(orderPrefix)) continue;
    if (key.startsWith(deletePrefix)) {
      removePlain(result, key.slice(deletePrefix.length), value);
      continue;
    }
    if (value === null) delete result[key];
    else if (value !== undefined)
      result[key] = mergeField(result[key], value, key, schema(type, key), schema);
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(orderPrefix) || !Array.isArray(order)) continue;
    const field = key.slice(orderPrefix.length);
    const list = result[field];
    if (Array.isArray(list)) {
      const before = original[field];
      const server = Array.isArray(before) ? (before as JsonArray) : [];
      result[field] = reorder(
        list as JsonArray,
        order as JsonArray,
        server,
        schema(type, field)?.mergeKey ?? '',
      );
    }
  }
  return { ...result };
}

function mergeField(
  before: Json | undefined,
  value: Json,
  key: string,
  rules: MergeRules | undefined,
  schema: MergeSchema,
): Json {
  const strategy = rules?.strategy ?? '';
  if (isJsonObject(value)) {
    if (strategy.includes('replace')) return strip(value);
    return mergeMap(isJsonObject(before) ? before : {}, value, rules?.type ?? '', schema);
  }
  if (!Array.isArray(value)) return value;
  const items = value as JsonArray;
  if (!strategy.includes('merge')) return items.map(stripItem);
  const old = Array.isArray(before) ? (before as JsonArray) : [];
  if (rules?.mergeKey === undefined || rules.mergeKey === '') return mergePlain(old, items);
  return mergeList(old, items, key, rules, schema);
}

/** A union of plain values. */
function mergePlain(old: JsonArray, items: JsonArray): Json[] {
  return reorder([...old, ...items.filter((item) => !old.includes(item))], items, old, '');
}

function mergeList(
  old: JsonArray,
  items: JsonArray,
  field: string,
  rules: MergeRules,
  schema: MergeSchema,
): Json[] {
  const { mergeKey, type } = rules;
  if (items.some((item) => isJsonObject(item) && item[directive] === 'replace')) {
    return items.filter((item) => !(isJsonObject(item) && item[directive] === 'replace')).map(stripItem);
  }
  let result: Json[] = [...old];
  const added: Json[] = [];
  for (const item of items) {
    if (!isJsonObject(item)) throw bad(`expected objects in list ${field}`);
    const key = item[mergeKey];
    if (key === undefined)
      throw bad(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    const isSame = (other: Json): boolean => isJsonObject(other) && other[mergeKey] === key;
    if (item[directive] === 'delete') {
      result = result.filter((other) => !isSame(other));
      continue;
    }
    const at = result.findIndex(isSame);
    const before = result[at];
    if (at === -1) added.push(mergeMap({}, item, type, schema));
    else if (isJsonObject(before)) result[at] = mergeMap(before, item, type, schema);
  }
  return reorder([...result, ...added], items, old, mergeKey);
}

/**
 * Orders a merged list: what the patch names comes in the order of the patch, the rest in the order of the server; where
 * both know two items the server's order decides between the groups, and items new to the server come first.
 */
function reorder(merged: JsonArray, order: JsonArray, server: JsonArray, mergeKey: string): Json[] {
  const keyOf = (item: Json): Json | undefined =>
    mergeKey === '' || !isJsonObject(item) ? item : item[mergeKey];
  const wanted = order.map(keyOf);
  const known = server.map(keyOf);
  const named = merged
    .filter((item) => wanted.includes(keyOf(item)))
    .sort((a, b) => wanted.indexOf(keyOf(a)) - wanted.indexOf(keyOf(b)));
  const others = merged
    .filter((item) => !wanted.includes(keyOf(item)))
    .sort((a, b) => known.indexOf(keyOf(a)) - known.indexOf(keyOf(b)));
  const result: Json[] = [];
  let [nextNamed, nextOther] = [0, 0];
  while (result.length < merged.length) {
    const [one, other] = [named[nextNamed], others[nextOther]];
    const isOthersTurn =
      one === undefined ||
      (other !== undefined &&
        known.includes(keyOf(one)) &&
        known.indexOf(keyOf(other)) < known.indexOf(keyOf(one)));
    if (isOthersTurn && other !== undefined) {
      result.push(other);
      nextOther += 1;
    } else if (one !== undefined) {
      result.push(one);
      nextNamed += 1;
    } else break;
  }
  return result;
}

function clearOthers(result: Mutable, kept: Json, patch: JsonObject): void {
  const keys = new Set(Array.isArray(kept) ? (kept as JsonArray) : []);
  const isGiven = (key: string): boolean => !key.startsWith('$') && patch[key] !== null;
  const others = Object.keys(patch).filter((key) => isGiven(key) && !keys.has(key));
  if (!Array.isArray(kept) || others.length > 0) throw bad('invalid patch format of retainKeys');
  for (const key of Object.keys(result)) if (!keys.has(key)) delete result[key];
}

function removePlain(result: Mutable, field: string, values: Json | undefined): void {
  const list = result[field];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  const gone = new Set(values as JsonArray);
  result[field] = (list as JsonArray).filter((item) => !gone.has(item));
}

/** A value without the directives in it. */
function strip(patch: JsonObject): JsonObject {
  const entries = Object.entries(patch).filter(([key, value]) => !key.startsWith('$') && value !== null);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value === undefined ? undefined : stripItem(value)]),
  );
}

function stripItem(item: Json): Json {
  if (isJsonObject(item)) return strip(item);
  return Array.isArray(item) ? (item as JsonArray).map(stripItem) : item;
}

function bad(message: string): ApiError {
  return badRequest(message);
}
