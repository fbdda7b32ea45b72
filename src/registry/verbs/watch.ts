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
  /** Has objects made what is to be seen of them; absent: as they are stored. @throws Error which the watch ends with */
  readonly seen?: (stored: readonly StoredObject[]) => Promise<readonly StoredObject[]>;
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
  /** The ERROR event of a watch that cannot go on. */
  readonly failed: (error: unknown) => Buffer;
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
  /** What is still being made, in order; absent when all is done at once. */
  #making: Promise<void> | undefined;
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
        this.#bookmark(options.bookmarks);
        this.#inTurn(() => {
          this.#end();
        });
      },
      Math.min(options.timeout, 0x7fff_ffff),
    );
    const bookmarks = setInterval(() => {
      this.#bookmark(options.bookmarks);
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
    const { since, resource, namespace, matches, initialEventsEnd, seen } = this.#options;
    if (since === undefined) {
      const listed = this.#store.list(resource, namespace);
      const add = (all: readonly StoredObject[]): void => {
        for (const stored of all) {
          if (this.#ended) return;
          if (matches?.(stored.object) !== false) this.#push(this.#encoder.event('ADDED', stored), false);
        }
      };
      if (seen === undefined) add(listed);
      else this.#inTurn(() => seen(listed).then(add));
      this.#bookmark(initialEventsEnd, true);
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
    if (!isAbout(change, this.#options)) return;
    const { seen } = this.#options;
    const tell = (one: Change): void => {
      const found = eventOf(one, this.#options);
      if (found !== undefined) this.#push(this.#encoder.event(found.type, found.stored));
    };
    if (seen === undefined) {
      tell(change);
      return;
    }
    this.#inTurn(async () => {
      const { previous } = change;
      const [stored = change.stored, before] = await seen([change.stored, ...(previous ? [previous] : [])]);
      tell({ ...change, stored, previous: before });
    });
  }

  /** @param wanted False: none is sent. */
  #bookmark(wanted: boolean, isEnd = false): void {
    const { version } = this.#store;
    if (wanted)
      this.#inTurn(() => {
        this.#push(this.#encoder.bookmark(version, isEnd));
      });
  }

  /** Does what is next: at once, unless something before it is not done yet. */
  #inTurn(step: () => void | Promise<void>): void {
    const done = this.#making === undefined ? step() : this.#making.then(step);
    if (done === undefined) return;
    const caught = done.catch((error: unknown) => {
      this.#push(this.#encoder.failed(error));
      this.#end();
    });
    this.#making = caught.then(() => {
      if (this.#making === last) this.#making = undefined;
    });
    const last = this.#making;
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

function isAbout({ resource: changed, stored }: Change, { resource, namespace }: WatchOptions): boolean {
  if (changed.plural !== resource.plural || changed.group !== resource.group) return false;
  return namespace === '' || stored.object.metadata.namespace === namespace;
}

/** What a change of an object means to a watch; `undefined` when it is none of its business. */
function eventOf(
  { type, stored, previous }: Change,
  { matches }: WatchOptions,
): Pick<Change, 'type' | 'stored'> | undefined {
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
