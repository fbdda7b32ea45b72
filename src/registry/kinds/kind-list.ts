import type { KubeObject } from '../../core/kube-object.js';
import type { ReleaseName } from '../../core/release.js';
import type { ObjectStore } from '../../state/object-store.js';

/** What a filter may look at besides the object. */
export interface FilterContext {
  readonly store: ObjectStore;
  readonly release: ReleaseName;
}

/** Tells whether an object passes a filter with a value. */
export type Filter = (object: KubeObject, value: string, context: FilterContext) => boolean;

/** Something to sort by, as text or number; the larger comes first unless the query asks for ascending order. */
export type SortKey = (object: KubeObject) => string | number;

/** What lists of a kind know beyond the filters and orders every kind has. */
export interface KindList {
  readonly filters?: Readonly<Record<string, Filter>>;
  readonly sorts?: Readonly<Record<string, SortKey>>;
  /** Filters that look at other objects too: what they select changes with those. */
  readonly around?: readonly string[];
  /** The only filters the kind knows: any other one matches nothing. */
  readonly closed?: boolean;
}
