import type { GroupResource } from '../../core/api-error.js';
import type { KubeObject } from '../../core/kube-object.js';
import { StoredObject, type Change, type ObjectStore } from '../../state/object-store.js';

/** What happened, as a watch tells it. */
export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** Which objects a watch is about, and where it starts. */
export interface WatchOptions {
  readonly resource: GroupResource;
  /** Empty for all namespaces. */
  readonly namespace: string;
  /** `undefined`: everything. */
  readonly matches: ((object: KubeObject) => boolean) | undefined;
  /** Only changes after this version; `undefined` begins with what is there, as ADDED. */
  readonly since: number | undefined;
  /** Tell the version now and then, so that a client that resumes need not start over. */
  readonly bookmarks: boolean;
  /** After what is there, say so by a bookmark marked with `k8s.io/initial-events-end`. */
  readonly initialEventsEnd: boolean;
  /** Milliseconds until the watch ends by itself. */
  readonly timeout: number;
}

/** How events become bytes. */
export interface WatchEncoder {
  /** `undefined` for what has no form: the watch ends there. */
  readonly event: (type: 'ADDED' | 'MODIFIED' | 'DELETED', stored: StoredObject) => Buffer | undefined;
  /** `undefined` likewise. */
  readonly bookmark: (version: number, initialEventsEnd: boolean) => Buffer | undefined;
  /** The ERROR event of a watch whose start is forgotten. */
  readonly expired: (since: number, version: number) => Buffer;
}

/** Milliseconds between bookmarks. */
const bookmarkEvery = 60_000;
/** Events a slow client may lag behind before its watch is ended. */
const backlogLimit = 100_000;

/**
 * The events of a watch, until it times out, its store is given up or the reader returns early: each of these ends the
 * subscription. Nothing is subscribed to before the first reading.
 *
 * An object that begins to match is ADDED, one that stops matching is DELETED. Differs from KubeSphere: a version that
 * is not reached yet is answered as one long forgotten, so that clients that outlive a restart begin anew.
 *
 * @see kubernetes/apiserver pkg/storage/cacher
 */
export function watchObjects(
  store: ObjectStore,
  options: WatchOptions,
  encoder: WatchEncoder,
): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => new Subscription(store, options, encoder) };
}

/** One reader's watch. Not a generator: `return()` has to take effect while `next()` waits for an event. */
class Subscription implements AsyncIterator<Buffer, undefined> {
  readonly #store: ObjectStore;
  readonly #options: WatchOptions;
  readonly #encoder: WatchEncoder;
  readonly #unsubscribe: () => void;
  readonly #timers: readonly NodeJS.Timeout[];
  #backlog: Buffer[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(store: ObjectStore, options: WatchOptions, encoder: WatchEncoder) {
    this.#store = store;
    this.#options = options;
    this.#encoder = encoder;
    this.#unsubscribe = store.subscribe(
      (change) => {
        this.#report(change);
      },
      () => {
        this.#end();
      },
    );
    const timeout = setTimeout(
      () => {
        if (options.bookmarks) this.#push(encoder.bookmark(store.version, false));
        this.#end();
      },
      Math.min(options.timeout, 0x7fff_ffff),
    );
    const bookmarks = setInterval(() => {
      if (options.bookmarks) this.#push(encoder.bookmark(store.version, false));
    }, bookmarkEvery);
    this.#timers = [timeout.unref(), bookmarks.unref()];
    this.#begin();
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    if (this.#backlog.length === 0 && !this.#ended) await new Promise<void>((wake) => (this.#wake = wake));
    if (this.#backlog.length === 0) return { done: true, value: undefined };
    const pieces = this.#backlog;
    this.#backlog = [];
    const [only] = pieces;
    // A burst is one write.
    return { value: pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces) };
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#backlog = [];
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  #begin(): void {
    const { since, resource, namespace, matches, initialEventsEnd } = this.#options;
    if (since === undefined) {
      for (const stored of this.#store.list(resource, namespace)) {
        if (this.#ended) return;
        if (matches?.(stored.object) !== false) this.#push(this.#encoder.event('ADDED', stored), false);
      }
      if (initialEventsEnd) this.#push(this.#encoder.bookmark(this.#store.version, true));
      return;
    }
    const missed = since > this.#store.version ? undefined : this.#store.changesSince(since);
    if (missed !== undefined) {
      for (const change of missed) this.#report(change);
      return;
    }
    this.#push(this.#encoder.expired(since, this.#store.version));
    this.#end();
  }

  #report(change: Change): void {
    const found = eventOf(change, this.#options);
    if (found !== undefined) this.#push(this.#encoder.event(found.type, found.stored));
  }

  /** @param limited False for what is there at the beginning, however much that is. */
  #push(piece: Buffer | undefined, limited = true): void {
    if (this.#ended) return;
    if (piece === undefined) {
      this.#end();
      return;
    }
    this.#backlog.push(piece);
    if (limited && this.#backlog.length > backlogLimit) this.#end();
    this.#wake?.();
  }

  #end(): void {
    this.#ended = true;
    this.#unsubscribe();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#wake?.();
  }
}

/** What a change means to a watch; `undefined` when it is none of its business. */
function eventOf(
  change: Change,
  { resource, namespace, matches }: WatchOptions,
): Pick<Change, 'type' | 'stored'> | undefined {
  const { type, stored, previous } = change;
  if (change.resource.plural !== resource.plural || change.resource.group !== resource.group)
    return undefined;
  if (namespace !== '' && stored.object.metadata.namespace !== namespace) return undefined;
  if (matches === undefined) return { type, stored };
  const matched = previous !== undefined && matches(previous.object);
  if (type !== 'DELETED' && matches(stored.object)) return { type: matched ? 'MODIFIED' : 'ADDED', stored };
  if (!matched) return undefined;
  return { type: 'DELETED', stored: type === 'DELETED' ? stored : leaving(previous, stored) };
}

/** An object that stops matching is shown as it last matched, at the version of the change. */
function leaving(previous: StoredObject, { version }: StoredObject): StoredObject {
  const { object } = previous;
  const metadata = { ...object.metadata, resourceVersion: String(version) };
  return new StoredObject({ ...object, metadata }, version);
}
