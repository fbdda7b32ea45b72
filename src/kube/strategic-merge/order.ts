import { isJsonObject, type Json, type JsonArray } from '../../core/json.js';
import { noMergeKey } from './refusals.js';

/** What tells an item of a list apart: itself, or its merge key. */
export function identityOf(item: Json | undefined, mergeKey: string): Json | undefined {
  return mergeKey !== '' && isJsonObject(item) ? item[mergeKey] : item;
}

/**
 * Orders a merged list: what `named` names comes in the order of `named`, the rest in the order of the server; where the
 * server knew two items its order decides between the groups, and items new to it come first.
 *
 * @param mergeKey Empty for plain values.
 * @throws ApiError 500 for an item without its merge key
 */
export function inOrder(merged: JsonArray, named: JsonArray, server: JsonArray, mergeKey: string): Json[] {
  if (mergeKey !== '') for (const item of [...merged, ...named, ...server]) checkKey(item, mergeKey);
  const identity = (item: Json): Json | undefined => identityOf(item, mergeKey);
  const [namedPlaces, serverPlaces] = [placesIn(named, identity), placesIn(server, identity)];
  const ours = sorted(
    merged.filter((item) => namedPlaces.has(identity(item))),
    (item) => namedPlaces.get(identity(item)),
  );
  const others = sorted(
    merged.filter((item) => !namedPlaces.has(identity(item))),
    (item) => serverPlaces.get(identity(item)),
  );
  const result: Json[] = [];
  let [nextOurs, nextOther] = [0, 0];
  while (result.length < merged.length) {
    const [one, other] = [ours[nextOurs], others[nextOther]];
    const onePlace = one === undefined ? Infinity : (serverPlaces.get(identity(one)) ?? -1);
    const otherPlace = other === undefined ? Infinity : (serverPlaces.get(identity(other)) ?? Infinity);
    if (other !== undefined && otherPlace < onePlace) {
      result.push(other);
      nextOther += 1;
    } else if (one !== undefined) {
      result.push(one);
      nextOurs += 1;
    } else if (other !== undefined) {
      result.push(other);
      nextOther += 1;
    }
  }
  return result;
}

function checkKey(item: Json, mergeKey: string): void {
  if (isJsonObject(item) && !Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
}

function placesIn(
  list: JsonArray,
  identity: (item: Json) => Json | undefined,
): ReadonlyMap<Json | undefined, number> {
  const places = new Map<Json | undefined, number>();
  for (const [at, item] of list.entries()) if (!places.has(identity(item))) places.set(identity(item), at);
  return places;
}

/** By place; an item without one is put in front of all before it, as the sort of the real server does by its comparison. */
function sorted(items: readonly Json[], placeOf: (item: Json) => number | undefined): Json[] {
  const result: Json[] = [];
  for (const item of items) {
    const place = placeOf(item);
    let at = result.length;
    for (; at > 0; at -= 1) {
      const before = result[at - 1];
      const placeBefore = before === undefined ? undefined : placeOf(before);
      if (place !== undefined && placeBefore !== undefined && place >= placeBefore) break;
    }
    result.splice(at, 0, item);
  }
  return result;
}
