import type { StoredObject } from '../state/object-store.js';
import type { SortKey } from './kinds/kind-list.js';

const orders = new WeakMap<readonly StoredObject[], Map<string, readonly StoredObject[]>>();

/**
 * A list in order: the largest key first unless ascending, equal keys by name and namespace in the same direction.
 *
 * The order is kept for as long as the given list lives, so that filters and pages of a long list cost one sort.
 *
 * @param name Names the key among those of the list.
 */
export function orderObjects(
  all: readonly StoredObject[],
  name: string,
  keyOf: SortKey,
  ascending: boolean,
): readonly StoredObject[] {
  const known = orders.get(all) ?? new Map<string, readonly StoredObject[]>();
  orders.set(all, known);
  const key = `${name} ${String(ascending)}`;
  let ordered = known.get(key);
  if (ordered === undefined) known.set(key, (ordered = sort(all, keyOf, ascending ? 1 : -1)));
  return ordered;
}

function sort(all: readonly StoredObject[], keyOf: SortKey, sign: 1 | -1): readonly StoredObject[] {
  const keyed = all.map((stored) => {
    const { name, namespace = '' } = stored.object.metadata;
    return { stored, key: keyOf(stored.object), name, namespace };
  });
  keyed.sort((a, b) => {
    if (a.key !== b.key) return a.key < b.key ? -sign : sign;
    if (a.name !== b.name) return a.name < b.name ? -sign : sign;
    return a.namespace === b.namespace ? 0 : a.namespace < b.namespace ? -sign : sign;
  });
  return keyed.map(({ stored }) => stored);
}
