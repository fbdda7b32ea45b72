import type { GroupResource } from '../core/api-error.js';
import type { KubeObject } from '../core/kube-object.js';
import type { ObjectStore, StoredObject } from '../state/object-store.js';

/** How an index takes objects in and out. */
export interface IndexRules<Index> {
  /** Resources it looks at, as `plural.group`; absent: all. */
  readonly of?: readonly string[];
  readonly make: () => Index;
  readonly add: (index: Index, object: KubeObject, resource: GroupResource) => void;
  readonly remove: (index: Index, object: KubeObject, resource: GroupResource) => void;
}

interface Followed<Index> {
  index: Index;
  /** Count of writes it is up to date with. */
  writes: number;
}

/**
 * Makes the lookup of an index of a store: built when first asked for, then kept up to date write by write, so that
 * finding something never means looking through everything.
 *
 * What is loaded into a store, not written, is noticed by its count of writes: the index is then built anew.
 */
export function storeIndex<Index>(rules: IndexRules<Index>): (store: ObjectStore) => Index {
  const known = new WeakMap<ObjectStore, Followed<Index>>();
  const concerns = ({ plural, group }: GroupResource): boolean =>
    rules.of === undefined || rules.of.includes(`${plural}.${group}`);
  const build = (store: ObjectStore): Index => {
    const index = rules.make();
    for (const resource of store.resources()) {
      if (!concerns(resource)) continue;
      for (const { object } of store.list(resource)) rules.add(index, object, resource);
    }
    return index;
  };
  const follow = (store: ObjectStore): Followed<Index> => {
    const followed: Followed<Index> = { index: build(store), writes: store.writes };
    const put = (stored: StoredObject | undefined, resource: GroupResource, how: typeof rules.add): void => {
      if (stored !== undefined) how(followed.index, stored.object, resource);
    };
    store.subscribe(({ type, resource, stored, previous }) => {
      followed.writes += 1;
      if (!concerns(resource)) return;
      put(previous, resource, rules.remove);
      if (type !== 'DELETED') put(stored, resource, rules.add);
    });
    return followed;
  };
  return (store) => {
    let followed = known.get(store);
    if (followed === undefined) known.set(store, (followed = follow(store)));
    if (followed.writes !== store.writes) {
      followed.index = build(store);
      followed.writes = store.writes;
    }
    return followed.index;
  };
}
