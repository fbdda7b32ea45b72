import { goTypeName, goPlainValue } from '../../core/go-value.js';
import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../../core/json.js';
import { directive } from './directives.js';
import { identityOf, inOrder } from './order.js';
import { badType, listOfLists, noMergeKey, unfit, unknownDirective } from './refusals.js';

/** How a list merges. */
export interface ListRules {
  /** Empty for lists of plain values. */
  readonly mergeKey: string;
  /** Merges an item of the patch into the one it names. */
  readonly mergeItem: (item: JsonObject, patch: JsonObject) => JsonObject;
}

/**
 * Merges a list of a patch into the list there is: plain values are united, maps merged by their key.
 *
 * @throws ApiError for lists that cannot be merged
 */
export function mergeList(original: JsonArray, patch: JsonArray, { mergeKey, mergeItem }: ListRules): Json[] {
  if (original.length === 0 && patch.length === 0) return [];
  if (!haveMaps(original, patch)) return inOrder([...new Set([...original, ...patch])], patch, original, '');
  if (mergeKey === '') throw unfit('cannot merge lists without merge key for struct');
  const { rest, items } = withoutSpecials(original, patch as readonly JsonObject[], mergeKey);
  const merged = [...rest];
  for (const item of items) {
    if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
    const at = merged.findIndex((other) => identityOf(other, mergeKey) === item[mergeKey]);
    const before = merged[at];
    // What is new is taken as it is, directives and all.
    if (isJsonObject(before)) merged[at] = mergeItem(before, item);
    else merged.push(item);
  }
  return inOrder(merged, items, rest, mergeKey);
}

/**
 * The order of the server that a `$setElementOrder` is held against. It is that of the list there was, in whose places what is
 * new has come where something was deleted: the real server merges in place.
 */
export function serverOrder(original: JsonArray, patch: JsonArray, mergeKey: string): JsonArray {
  if (mergeKey === '' || original.length === 0 || patch.length === 0) return original;
  const { rest, items } = withoutSpecials(original, patch as readonly JsonObject[], mergeKey, true);
  const known = new Set(rest.map((item) => identityOf(item, mergeKey)));
  const added = items.filter((item) => !known.has(identityOf(item, mergeKey)));
  return [...rest, ...added].slice(0, original.length);
}

/** A list without the values a patch names. @throws ApiError for lists of other things than plain values */
export function withoutValues(original: JsonArray, gone: JsonArray, rules: ListRules): Json[] {
  if (original.length === 0 && gone.length === 0) return [];
  if (haveMaps(original, gone)) return mergeList(original, gone, rules);
  return original.filter((item) => !gone.includes(item));
}

/**
 * Tells maps from plain values.
 *
 * @throws ApiError when there is nothing, or when the lists hold values of several types
 */
export function haveMaps(...lists: readonly JsonArray[]): boolean {
  const [first, ...others] = lists.flat<readonly JsonArray[]>();
  if (first === undefined) throw unfit('no elements in any of the given slices');
  if (Array.isArray(first)) throw listOfLists();
  const type = goTypeName(first);
  if (others.some((item) => goTypeName(item) !== type))
    throw unfit(`list element types are not identical: ${goPlainValue([...lists])}`);
  return isJsonObject(first);
}

/**
 * Takes out what a patch deletes; a list that replaces leaves nothing of the old one.
 *
 * @param keepsOld Whether the old one is wanted even then.
 */
function withoutSpecials(
  original: JsonArray,
  patch: readonly JsonObject[],
  mergeKey: string,
  keepsOld = false,
): { readonly rest: JsonArray; readonly items: readonly JsonObject[] } {
  let rest = original;
  let isReplaced = false;
  for (const item of patch) {
    const what = item[directive];
    if (what === undefined) continue;
    if (what === 'replace') isReplaced = true;
    else if (what === 'merge') throw unfit('merging lists cannot yet be specified in the patch');
    else if (what !== 'delete') throw unknownDirective(what, item);
    else if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
    else rest = rest.filter((other) => identityOf(other, mergeKey) !== item[mergeKey]);
  }
  const items = patch.filter((item) => !Object.hasOwn(item, directive));
  if (isReplaced) return { rest: keepsOld ? rest : items, items: [] };
  return { rest, items };
}

/**
 * Checks that a list of a patch keeps the order its `$setElementOrder` says.
 *
 * @throws ApiError 500
 */
export function checkOrder(patch: JsonArray, order: JsonArray, mergeKey: string): void {
  if (order.length === 0 || patch.length === 0) return;
  let next = 0;
  for (const item of patch) {
    if (mergeKey !== '' && !isJsonObject(item)) throw badType('map[string]interface {}', item);
    const what = isJsonObject(item) ? item[directive] : undefined;
    // Past the end of the order, directives but those to delete count as items.
    if (what === 'delete' || (what !== undefined && next < order.length)) continue;
    while (next < order.length && !isSame(item, order[next], mergeKey)) next += 1;
    if (next === order.length)
      throw unfit(
        `The order in patch list:\n${goPlainValue(patch)}\n doesn't match $setElementOrder list:\n${goPlainValue(order)}\n`,
      );
    next += 1;
  }
}

function isSame(item: Json, named: Json | undefined, mergeKey: string): boolean {
  if (mergeKey === '') return item === named;
  if (!isJsonObject(named)) throw badType('map[string]interface {}', named);
  for (const one of [item, named])
    if (!Object.hasOwn(one as JsonObject, mergeKey)) throw noMergeKey(one, mergeKey);
  return identityOf(item, mergeKey) === identityOf(named, mergeKey);
}
