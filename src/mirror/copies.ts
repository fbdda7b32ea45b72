import type { KubeObject } from '../core/kube-object.js';
import { StoredObject, type Change, type ObjectStore } from '../state/object-store.js';
import { keyOf, kindKey, type MirroredKind } from './mirrored-kind.js';

/** Uids of deleted objects kept, to tell late news of them from new objects. */
const keptGone = 10_000;

/** What an object has become over there: told once for each of its versions. */
export type Confirmation = (kind: MirroredKind, change: Change) => void;

/**
 * What is known of the objects over there, and the store that shows them. The store may be ahead of it, by writes that
 * are on their way; what is told here always wins.
 */
export class Copies {
  readonly #store: ObjectStore;
  readonly #confirmed = new Map<string, KubeObject>();
  /** Uids never come back: what is told of one of these is old. */
  readonly #gone = new Set<string>();
  #told: Confirmation | undefined;

  /** @param known What has been loaded into the store already, by {@link keyOf}. */
  constructor(store: ObjectStore, known: ReadonlyMap<string, KubeObject>) {
    this.#store = store;
    for (const [key, object] of known) this.#confirmed.set(key, object);
  }

  /** Has everything that is news told. */
  onNews(told: Confirmation): void {
    this.#told = told;
  }

  /** An object as it is over there; `undefined` when there is none. */
  find(key: string): KubeObject | undefined {
    return this.#confirmed.get(key);
  }

  /** Takes an object over as it is over there, unless that is known or it is known to be gone. */
  take(kind: MirroredKind, object: KubeObject): void {
    const key = keyOf(kind, object.metadata);
    const { uid = '', resourceVersion = '' } = object.metadata;
    if (this.#gone.has(uid)) return;
    const other = this.#confirmed.get(key);
    if (other !== undefined && other.metadata.uid !== uid) this.drop(kind, other);
    const before = this.#confirmed.get(key);
    if (before !== undefined && !isNewer(resourceVersion, before.metadata.resourceVersion ?? '')) return;
    this.#confirmed.set(key, object);
    this.#store.mirror('MODIFIED', kind.resource, object);
    this.#tell(kind, before === undefined ? 'ADDED' : 'MODIFIED', object, before);
  }

  /** Takes over that an object is gone; another one of its name stays. */
  drop(kind: MirroredKind, object: KubeObject): void {
    const { uid = '', namespace, name } = object.metadata;
    if (this.#gone.size >= keptGone) this.#gone.delete(this.#gone.values().next().value ?? '');
    this.#gone.add(uid);
    const key = keyOf(kind, object.metadata);
    const before = this.#confirmed.get(key);
    if (before === undefined || before.metadata.uid !== uid) return;
    this.#confirmed.delete(key);
    if (this.#store.find(kind.resource, namespace, name) !== undefined)
      this.#store.mirror('DELETED', kind.resource, object);
    this.#tell(kind, 'DELETED', object, before);
  }

  /** Drops what a list of a kind at some version has not shown. */
  dropMissing(kind: MirroredKind, seen: ReadonlySet<string>, version: string): void {
    const start = `${kindKey(kind.resource)} `;
    for (const [key, object] of [...this.#confirmed]) {
      if (!key.startsWith(start) || seen.has(key)) continue;
      if (!isNewer(object.metadata.resourceVersion ?? '', version)) this.drop(kind, object);
    }
  }

  /**
   * Shows an object as it is over there again.
   *
   * @param local What the store shows while there is none over there; `undefined`: nothing
   */
  restore(kind: MirroredKind, { namespace, name }: KubeObject['metadata'], local?: KubeObject): void {
    const wanted = this.#confirmed.get(keyOf(kind, { namespace, name })) ?? local;
    const shown = this.#store.find(kind.resource, namespace, name)?.object;
    if (shown === wanted) return;
    if (wanted !== undefined) this.#store.mirror('MODIFIED', kind.resource, wanted);
    else if (shown !== undefined) this.#store.mirror('DELETED', kind.resource, shown);
  }

  #tell(kind: MirroredKind, type: Change['type'], object: KubeObject, before: KubeObject | undefined): void {
    const { version } = this.#store;
    const previous = before && new StoredObject(before, version);
    const stored = new StoredObject(object, version);
    this.#told?.(kind, { type, version, resource: kind.resource, stored, previous, mirrored: true });
  }
}

/** Versions of etcd are numbers; what is not is newer when it is another. */
function isNewer(version: string, known: string): boolean {
  const [a, b] = [Number(version), Number(known)];
  return Number.isSafeInteger(a) && Number.isSafeInteger(b) ? a > b : version !== known;
}
