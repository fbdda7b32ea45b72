import { alreadyExists, conflict, notFound, staleVersion, type GroupResource } from '../core/api-error.js';
import { deepFreeze } from '../core/json.js';
import type { KubeObject, ObjectMeta } from '../core/kube-object.js';
import { sameJson } from '../core/same-json.js';
import type { Clock } from './clock.js';
import type { Random } from './random.js';

/** A frozen object with the bytes it has been encoded to so far. */
export class StoredObject {
  readonly object: KubeObject;
  /** The version of the store this object was written at. */
  readonly version: number;
  #encoded: Map<string, Buffer> | undefined;

  constructor(object: KubeObject, version: number) {
    this.object = object;
    this.version = version;
  }

  /**
   * The object's bytes in a wire form, encoded on first use.
   *
   * @param form Names the form; the same name must always mean the same encoder.
   */
  bytes(form: string, encode: (object: KubeObject) => string | Buffer): Buffer {
    const known = this.#encoded?.get(form);
    if (known !== undefined) return known;
    const encoded = encode(this.object);
    const bytes = typeof encoded === 'string' ? Buffer.from(encoded, 'utf8') : encoded;
    (this.#encoded ??= new Map()).set(form, bytes);
    return bytes;
  }

  /** Replaces the bytes kept in a form by equal ones, such as a part of a larger buffer that is kept anyway. */
  shareBytes(form: string, bytes: Buffer): void {
    if (this.#encoded?.has(form) === true) this.#encoded.set(form, bytes);
  }
}

/** A change, in the order it happened. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly resource: GroupResource;
  readonly stored: StoredObject;
  /** What was there before; absent for ADDED. */
  readonly previous: StoredObject | undefined;
  /** True for what happened in a Kubernetes whose objects this store copies. */
  readonly mirrored?: boolean;
}

interface Collection {
  readonly resource: GroupResource;
  readonly items: Map<string, StoredObject>;
  /** Keys of the items in order; outlives changes of items, not additions and removals. */
  keys: readonly string[] | undefined;
  sorted: readonly StoredObject[] | undefined;
  /** The same by namespace; made when first asked for. */
  byNamespace: ReadonlyMap<string, readonly StoredObject[]> | undefined;
  version: number;
  /** How often anything in it was put or taken out. */
  writes: number;
  shared: boolean;
  /** What it begins with, until somebody looks: see {@link ObjectStore.offer}. */
  offer: Offer | undefined;
  /** Whether it ever began with an offer. */
  readonly offered: boolean;
}

/** Objects by namespace and name in byte order, made when they are first asked for, of the store that then asks. */
export type Offer = (store: ObjectStore) => readonly StoredObject[];

const none: readonly StoredObject[] = [];

/** Milliseconds for which lists can be asked for as they were, and how often the version reached is noted. */
const historyKept = 5 * 60_000;
const markEvery = 60_000;
/** Lists kept as they once were. */
const keptPasts = 8;

/** Changes kept for watches that resume. */
const keptChanges = 10_000;

function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

function collectionKey({ group, plural }: GroupResource): string {
  return `${plural}.${group}`;
}

/**
 * The objects of one cluster: what etcd and the watch cache are to the real server.
 *
 * Objects are frozen and never changed in place. A fork shares collections until either side writes.
 */
export class ObjectStore {
  readonly #collections = new Map<string, Collection>();
  readonly #clock: Clock;
  readonly #random: Random;
  #version: number;
  #writes = 0;
  #changes: Change[] = [];
  #listener: ((change: Change) => void) | undefined;
  /** Which version was reached when, about once a minute. */
  readonly #marks: { readonly at: number; readonly version: number }[] = [];
  /** Lists as they once were, by resource and version. */
  readonly #past = new Map<string, readonly StoredObject[]>();
  /** What tells each watch of a change, with what ends it. */
  readonly #watchers = new Map<(change: Change) => void, () => void>();

  constructor(clock: Clock, random: Random, version = 1000) {
    this.#clock = clock;
    this.#random = random;
    this.#version = version;
  }

  /** What time it is here, in milliseconds since 1970. */
  get now(): number {
    return this.#clock.now();
  }

  /** The version of the latest write, as list answers carry it. */
  get version(): number {
    return this.#version;
  }

  /** The version of the latest write to one resource; 0 when nothing of it was ever stored. */
  versionOf(resource: GroupResource): number {
    return this.#collections.get(collectionKey(resource))?.version ?? 0;
  }

  /** Counts everything put in or taken out, loading included: what was derived from the store holds while it stands still. */
  get writes(): number {
    return this.#writes;
  }

  /** The same count for one resource. */
  writesOf(resource: GroupResource): number {
    return this.#collections.get(collectionKey(resource))?.writes ?? 0;
  }

  /**
   * Has a resource begin with some objects, which are made when somebody first looks at it or writes to it. Nobody is told
   * of them, and what it holds already stays.
   */
  offer(resource: GroupResource, offer: Offer): void {
    const { group, plural } = resource;
    this.#collections.set(collectionKey(resource), {
      ...(this.#at(resource) ?? {
        resource: { group, plural },
        items: new Map<string, StoredObject>(),
        keys: undefined,
        sorted: undefined,
        byNamespace: undefined,
        version: 0,
        writes: 0,
        shared: false,
      }),
      offer,
      offered: true,
    });
  }

  /** What became of an {@link offer}: there was none, nobody has looked at it yet, or it was taken. */
  offerOf(resource: GroupResource): 'none' | 'open' | 'taken' {
    const collection = this.#collections.get(collectionKey(resource));
    if (collection?.offered !== true) return 'none';
    return collection.offer === undefined ? 'taken' : 'open';
  }

  /** Every resource that holds at least one object; those that were only offered some are left out. */
  resources(): GroupResource[] {
    return [...this.#collections.values()]
      .filter(({ items }) => items.size > 0)
      .map(({ resource }) => resource);
  }

  /** Has every later change reported, after it is stored. */
  onChange(listener: (change: Change) => void): void {
    this.#listener = listener;
  }

  /**
   * Has every later change reported to a watch until the returned function is called.
   *
   * @param end Called when there will be no more changes.
   */
  subscribe(watcher: (change: Change) => void, end: () => void = () => undefined): () => void {
    this.#watchers.set(watcher, end);
    return () => this.#watchers.delete(watcher);
  }

  /** How many watches there are. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /** Ends all watches: nobody writes here any more. */
  endWatches(): void {
    for (const end of [...this.#watchers.values()]) end();
  }

  /** The changes after a version, oldest first; `undefined` when some of them are forgotten. */
  changesSince(version: number): readonly Change[] | undefined {
    const first = this.#changes[0]?.version;
    if (version < this.#version && (first === undefined || first > version + 1)) return undefined;
    return this.#changes.filter((change) => change.version > version);
  }

  /** One object, or `undefined`. */
  find(resource: GroupResource, namespace: string | undefined, name: string): StoredObject | undefined {
    return this.#at(resource)?.items.get(keyOf(namespace, name));
  }

  /** One object. @throws ApiError NotFound */
  get(resource: GroupResource, namespace: string | undefined, name: string): StoredObject {
    const found = this.find(resource, namespace, name);
    if (found === undefined) throw notFound(resource, name);
    return found;
  }

  /**
   * All objects of a resource, or those of one namespace, by namespace and name in byte order. The same array is given
   * out until the resource is written to, so that what is made of it can be remembered.
   */
  list(resource: GroupResource, namespace = ''): readonly StoredObject[] {
    const collection = this.#at(resource);
    if (collection === undefined) return none;
    collection.keys ??= [...collection.items.keys()].sort();
    collection.sorted ??= collection.keys.flatMap((key) => collection.items.get(key) ?? []);
    if (namespace === '') return collection.sorted;
    collection.byNamespace ??= groupByNamespace(collection.sorted);
    return collection.byNamespace.get(namespace) ?? none;
  }

  /**
   * All objects of a resource, or those of one namespace, as they were at a version that has been reached; `undefined`
   * when what was there is no longer known: after five to six minutes, or very many changes.
   */
  listAt(resource: GroupResource, version: number, namespace = ''): readonly StoredObject[] | undefined {
    if (version === this.#version) return this.list(resource, namespace);
    if (version < this.#compactedVersion()) return undefined;
    if (version >= this.versionOf(resource)) return this.list(resource, namespace);
    const key = `${collectionKey(resource)} ${String(version)}`;
    const past = this.#past.get(key) ?? this.#rollBack(resource, version);
    if (past === undefined) return undefined;
    if (this.#past.size >= keptPasts) this.#past.clear();
    this.#past.set(key, past);
    return namespace === '' ? past : past.filter(({ object }) => object.metadata.namespace === namespace);
  }

  #rollBack(resource: GroupResource, version: number): readonly StoredObject[] | undefined {
    const changes = this.changesSince(version);
    if (changes === undefined) return undefined;
    const wanted = collectionKey(resource);
    const items = new Map(this.#at(resource)?.items);
    for (const { resource: changed, stored, previous } of changes.toReversed()) {
      if (collectionKey(changed) !== wanted) continue;
      const { namespace, name } = stored.object.metadata;
      if (previous === undefined) items.delete(keyOf(namespace, name));
      else items.set(keyOf(namespace, name), previous);
    }
    return [...items.keys()].sort().flatMap((key) => items.get(key) ?? []);
  }

  /** Versions before this one are no longer shown, as etcd forgets them. */
  #compactedVersion(): number {
    const old = this.#clock.now() - historyKept;
    const at = this.#marks.findLastIndex((mark) => mark.at <= old);
    if (at > 0) this.#marks.splice(0, at);
    return at === -1 ? 0 : (this.#marks[0]?.version ?? 0);
  }

  /** How many objects of a resource there are. */
  count(resource: GroupResource): number {
    return this.#at(resource)?.items.size ?? 0;
  }

  /**
   * Puts an object in as it is: for worlds and fixtures. uid, creationTimestamp and resourceVersion are only added
   * where they are missing; nobody is told.
   */
  load(resource: GroupResource, object: KubeObject): StoredObject {
    const { metadata } = object;
    const given = Number(metadata.resourceVersion);
    const isVersion = Number.isSafeInteger(given) && given > 0;
    this.#version = isVersion ? Math.max(this.#version, given) : this.#version + 1;
    const complete =
      isVersion && metadata.uid !== undefined && metadata.creationTimestamp !== undefined
        ? object
        : {
            ...object,
            metadata: orderMeta({
              ...metadata,
              uid: metadata.uid ?? this.#random.uuid(),
              resourceVersion: String(isVersion ? given : this.#version),
              creationTimestamp: metadata.creationTimestamp ?? this.#clock.timestamp(),
            }),
          };
    const stored = new StoredObject(deepFreeze(complete), isVersion ? given : this.#version);
    this.#put(resource, stored);
    return stored;
  }

  /**
   * Stores a new object: fills in uid (unless its maker had to know it), resourceVersion and creationTimestamp.
   *
   * @throws ApiError AlreadyExists
   */
  create(resource: GroupResource, object: KubeObject): StoredObject {
    const { metadata } = object;
    if (this.find(resource, metadata.namespace, metadata.name) !== undefined) {
      throw alreadyExists(resource, metadata.name);
    }
    return this.#write('ADDED', resource, undefined, {
      ...object,
      metadata: orderMeta({
        ...metadata,
        uid: metadata.uid ?? this.#random.uuid(),
        creationTimestamp: this.#clock.timestamp(),
      }),
    });
  }

  /**
   * Replaces an object. A resourceVersion in it must be the current one; uid and creationTimestamp are kept.
   * An object equal to the stored one changes nothing.
   *
   * @throws ApiError NotFound, Conflict
   */
  update(resource: GroupResource, object: KubeObject): StoredObject {
    const { metadata } = object;
    const previous = this.get(resource, metadata.namespace, metadata.name);
    const current = previous.object.metadata;
    if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== current.resourceVersion) {
      throw conflict(resource, metadata.name, staleVersion);
    }
    const next: KubeObject = {
      ...object,
      metadata: orderMeta({
        ...metadata,
        uid: current.uid ?? '',
        resourceVersion: current.resourceVersion ?? '',
        creationTimestamp: current.creationTimestamp ?? null,
      }),
    };
    if (sameJson(next, previous.object)) return previous;
    return this.#write('MODIFIED', resource, previous, next);
  }

  /**
   * Replaces an object that is known to differ: {@link update} without its comparison, for writes by the thousand.
   *
   * @throws ApiError NotFound
   */
  replace(resource: GroupResource, object: KubeObject): StoredObject {
    const previous = this.get(resource, object.metadata.namespace, object.metadata.name);
    return this.#write('MODIFIED', resource, previous, object);
  }

  /**
   * Takes an object out at once, finalizers or not; see `registry/verbs/delete.ts` for the life cycle before that.
   *
   * @throws ApiError NotFound
   */
  remove(resource: GroupResource, namespace: string | undefined, name: string): StoredObject {
    const previous = this.get(resource, namespace, name);
    return this.#write('DELETED', resource, previous, previous.object);
  }

  /**
   * Takes over what happened to an object in a Kubernetes that this store copies: it is stored as it is, with the
   * resourceVersion it has there, and everybody is told.
   */
  mirror(type: Change['type'], resource: GroupResource, object: KubeObject): void {
    const { namespace, name, resourceVersion } = object.metadata;
    const previous = this.find(resource, namespace, name);
    const version = Number(resourceVersion);
    // Never below what was given out here, so that watches see versions grow.
    this.#version = Number.isSafeInteger(version) ? Math.max(this.#version + 1, version) : this.#version + 1;
    const stored = new StoredObject(deepFreeze(object), this.#version);
    if (type === 'DELETED') this.#remove(resource, stored);
    else this.#put(resource, stored);
    const told = type === 'DELETED' ? type : previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#tell({ type: told, version: this.#version, resource, stored, previous, mirrored: true });
  }

  /** Takes over the objects of another store, into a store that holds nothing yet; shared until either side writes. */
  adopt(seed: ObjectStore): void {
    this.#version = Math.max(this.#version, seed.#version);
    this.#writes += 1;
    for (const [key, collection] of seed.#collections) {
      collection.shared = true;
      this.#collections.set(key, { ...collection });
    }
  }

  /** A store with the same objects and its own future. */
  fork(clock: Clock, random: Random): ObjectStore {
    const copy = new ObjectStore(clock, random, this.#version);
    for (const [key, collection] of this.#collections) {
      collection.shared = true;
      copy.#collections.set(key, { ...collection });
    }
    copy.#changes = this.#changes.slice();
    return copy;
  }

  #write(
    type: Change['type'],
    resource: GroupResource,
    previous: StoredObject | undefined,
    object: KubeObject,
  ): StoredObject {
    this.#version += 1;
    const metadata = orderMeta({ ...object.metadata, resourceVersion: String(this.#version) });
    const stored = new StoredObject(deepFreeze({ ...object, metadata }), this.#version);
    if (type === 'DELETED') this.#remove(resource, stored);
    else this.#put(resource, stored);
    this.#tell({ type, version: this.#version, resource, stored, previous });
    return stored;
  }

  #tell(change: Change): void {
    const now = this.#clock.now();
    if (now - (this.#marks.at(-1)?.at ?? -Infinity) >= markEvery)
      this.#marks.push({ at: now, version: change.version });
    this.#changes.push(change);
    if (this.#changes.length >= keptChanges * 2) this.#changes = this.#changes.slice(-keptChanges);
    for (const watcher of this.#watchers.keys()) watcher(change);
    this.#listener?.(change);
  }

  #remove(resource: GroupResource, { object }: StoredObject): void {
    const collection = this.#own(resource);
    collection.items.delete(keyOf(object.metadata.namespace, object.metadata.name));
    collection.version = this.#version;
    collection.writes += 1;
    collection.keys = undefined;
    collection.sorted = undefined;
    collection.byNamespace = undefined;
    this.#writes += 1;
  }

  #put(resource: GroupResource, stored: StoredObject): void {
    const collection = this.#own(resource);
    const { namespace, name } = stored.object.metadata;
    const key = keyOf(namespace, name);
    if (!collection.items.has(key)) collection.keys = undefined;
    collection.items.set(key, stored);
    collection.version = this.#version;
    collection.writes += 1;
    collection.sorted = undefined;
    collection.byNamespace = undefined;
    this.#writes += 1;
  }

  /** The collection of a resource with what was offered to it. */
  #at(resource: GroupResource): Collection | undefined {
    const collection = this.#collections.get(collectionKey(resource));
    if (collection?.offer === undefined) return collection;
    const taken = collection.offer(this);
    collection.offer = undefined;
    // A map of its own: that of an open offer may be that of a fork as well.
    const items = taken.map(
      (one) => [keyOf(one.object.metadata.namespace, one.object.metadata.name), one] as const,
    );
    const filled: Collection = {
      ...collection,
      items: new Map([...items, ...collection.items]),
      keys: undefined,
      sorted: collection.items.size === 0 ? taken : undefined,
      byNamespace: undefined,
      shared: false,
    };
    filled.version = taken.reduce((latest, { version }) => Math.max(latest, version), filled.version);
    filled.writes += 1;
    this.#writes += 1;
    this.#collections.set(collectionKey(resource), filled);
    return filled;
  }

  /** The collection of a resource, made writable: copied first when a fork shares it. */
  #own(resource: GroupResource): Collection {
    const key = collectionKey(resource);
    const known = this.#at(resource);
    if (known !== undefined && !known.shared) return known;
    const { group, plural } = resource;
    const own: Collection = {
      resource: { group, plural },
      items: new Map(known?.items),
      keys: known?.keys,
      sorted: known?.sorted,
      byNamespace: known?.byNamespace,
      version: known?.version ?? 0,
      writes: known?.writes ?? 0,
      shared: false,
      offer: undefined,
      offered: known?.offered ?? false,
    };
    this.#collections.set(key, own);
    return own;
  }
}

function groupByNamespace(all: readonly StoredObject[]): ReadonlyMap<string, readonly StoredObject[]> {
  const groups = new Map<string, StoredObject[]>();
  for (const stored of all) {
    const { namespace = '' } = stored.object.metadata;
    const group = groups.get(namespace);
    if (group === undefined) groups.set(namespace, [stored]);
    else group.push(stored);
  }
  return groups;
}

const metaOrder: readonly (keyof ObjectMeta & string)[] = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** The same metadata with its members in the order of Kubernetes' ObjectMeta, absent ones left out. */
function orderMeta(metadata: ObjectMeta): ObjectMeta {
  const ordered: Record<string, unknown> = {};
  for (const key of metaOrder) if (metadata[key] !== undefined) ordered[key] = metadata[key];
  return ordered as unknown as ObjectMeta;
}
