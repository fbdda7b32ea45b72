import type { GroupResource } from '../core/api-error.js';
import type { KubeObject } from '../core/kube-object.js';
import type { ObjectStore } from '../state/object-store.js';
import { flat, uidOf } from './identity.js';

/** Stores a made-up object with complete metadata, so that the store has nothing to add. */
export function putObject(store: ObjectStore, resource: GroupResource, object: KubeObject): KubeObject {
  const { metadata, kind } = object;
  const { name, generateName, namespace, generation, creationTimestamp, labels, annotations } = metadata;
  const uid = metadata.uid ?? uidOf(flat(kind, '/', namespace ?? '', '/', name));
  const complete: KubeObject = {
    ...object,
    metadata: {
      name,
      ...(generateName !== undefined && { generateName }),
      ...(namespace !== undefined && { namespace }),
      uid,
      resourceVersion: String(store.version + 1),
      ...(generation !== undefined && { generation }),
      creationTimestamp: creationTimestamp ?? null,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(metadata.ownerReferences && { ownerReferences: metadata.ownerReferences }),
      ...(metadata.finalizers && { finalizers: metadata.finalizers }),
    },
  };
  return store.load(resource, complete).object;
}

/** Names given out so far; a name asked for again gets a number. */
export class Names {
  readonly #taken: Set<string>;
  /** The number of the last name made from the same words: all below it are taken. */
  readonly #counts = new Map<string, number>();

  /** @param taken Names that are in use already. */
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** A free name made from words, fit for a DNS label. */
  free(words: string): string {
    const base = words
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, longestBase);
    let count = this.#counts.get(base) ?? 1;
    const numbered = (): string => (count === 1 ? base : flat(base, '-', String(count)));
    let name = numbered();
    for (; this.#taken.has(name); name = numbered()) count += 1;
    this.#counts.set(base, count);
    this.#taken.add(name);
    return name;
  }
}

/** Leaves room in a label of 63 for a number and the suffixes controllers add. */
const longestBase = 40;

/** Names of the objects of a kind in a store. */
export function namesIn(store: ObjectStore, resource: GroupResource, namespace?: string): string[] {
  return store.list(resource, namespace).map(({ object }) => object.metadata.name);
}
