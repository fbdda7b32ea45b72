import { isDeepStrictEqual } from 'node:util';
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
  /** Objects, and the moments they were last told of. */
  readonly #confirmed = new Map<string, { readonly object: KubeObject; readonly told: number }>();
  /** Uids of objects that are gone, and since when. */
  readonly #gone = new Map<string, number>();
  readonly #listeners: Confirmation[] = [];
  #moment = 0;

  /** @param known What has been loaded into the store already, by {@link keyOf}. */
  constructor(store: ObjectStore, known: ReadonlyMap<string, KubeObject>) {
    this.#store = store;
    for (const [key, object] of known) this.#confirmed.set(key, { object, told: 0 });
  }

  /** Has everything that is news told, after all who have asked for that before. */
  onNews(told: Confirmation): void {
    this.#listeners.push(told);
  }

  /** Grows with every piece of news. */
  get moment(): number {
    return this.#moment;
  }

  /** An object as it is over there; `undefined` when there is none. */
  find(key: string): KubeObject | undefined {
    return this.#confirmed.get(key)?.object;
  }

  /**
   * Takes an object over as it is over there, unless that is known or it is known to be gone.
   *
   * @param listed The moment a list was asked for that shows it. A list is right about all that was known before, whatever
   * the versions say: over there may be another store by now, or one that was taken back to what it once was.
   * @param since The moment from which on what is gone stays gone. A watch tells of nothing that was gone when it began, but a
   * store that was reset may give an object the uid of one from before.
   */
  take(kind: MirroredKind, object: KubeObject, listed = -1, since: number = listed): void {
    const key = keyOf(kind, object.metadata);
    const { uid = '', resourceVersion = '' } = object.metadata;
    const gone = this.#gone.get(uid);
    if (gone !== undefined) {
      if (gone > since) return;
      this.#gone.delete(uid);
    }
    const other = this.find(key);
    if (other !== undefined && other.metadata.uid !== uid) this.drop(kind, other);
    const before = this.#confirmed.get(key);
    if (before !== undefined) {
      const isKnown =
        before.told > listed
          ? !isNewer(resourceVersion, before.object.metadata.resourceVersion ?? '')
          : isDeepStrictEqual(before.object, object);
      if (isKnown) return;
    }
    this.#confirmed.set(key, { object, told: (this.#moment += 1) });
    this.#store.mirror('MODIFIED', kind.resource, object);
    this.#tell(kind, before === undefined ? 'ADDED' : 'MODIFIED', object, before?.object);
  }

  /** Takes over that an object is gone; another one of its name stays. */
  drop(kind: MirroredKind, object: KubeObject): void {
    const { uid = '', namespace, name } = object.metadata;
    if (this.#gone.size >= keptGone) this.#gone.delete(this.#gone.keys().next().value ?? '');
    this.#gone.set(uid, (this.#moment += 1));
    const key = keyOf(kind, object.metadata);
    const before = this.find(key);
    if (before === undefined || before.metadata.uid !== uid) return;
    this.#confirmed.delete(key);
    if (this.#store.find(kind.resource, namespace, name) !== undefined)
      this.#store.mirror('DELETED', kind.resource, object);
    this.#tell(kind, 'DELETED', object, before);
  }

  /** Drops what was known of a kind when a list was asked for that has not shown it. */
  dropMissing(kind: MirroredKind, seen: ReadonlySet<string>, listed: number): void {
    const start = `${kindKey(kind.resource)} `;
    for (const [key, { object, told }] of [...this.#confirmed])
      if (key.startsWith(start) && !seen.has(key) && told <= listed) this.drop(kind, object);
  }

  /**
   * Shows an object as it is over there again.
   *
   * @param local What the store shows while there is none over there; `undefined`: nothing
   */
  restore(kind: MirroredKind, { namespace, name }: KubeObject['metadata'], local?: KubeObject): void {
    const wanted = this.find(keyOf(kind, { namespace, name })) ?? local;
    const shown = this.#store.find(kind.resource, namespace, name)?.object;
    if (shown === wanted) return;
    if (wanted !== undefined) this.#store.mirror('MODIFIED', kind.resource, wanted);
    else if (shown !== undefined) this.#store.mirror('DELETED', kind.resource, shown);
  }

  #tell(kind: MirroredKind, type: Change['type'], object: KubeObject, before: KubeObject | undefined): void {
    const { version } = this.#store;
    const previous = before && new StoredObject(before, version);
    const stored = new StoredObject(object, version);
    const change: Change = { type, version, resource: kind.resource, stored, previous, mirrored: true };
    for (const told of this.#listeners) told(kind, change);
  }
}

/** Versions of etcd are numbers; what is not is newer when it is another. */
function isNewer(version: string, known: string): boolean {
  const [a, b] = [Number(version), Number(known)];
  return Number.isSafeInteger(a) && Number.isSafeInteger(b) ? a > b : version !== known;
}
