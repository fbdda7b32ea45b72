import type { GroupResource } from '../../core/api-error.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Change, ObjectStore, StoredObject } from '../../state/object-store.js';

/** What happened, as a watch tells it. */
export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** Which objects a watch is about, and where it starts. */
export interface WatchOptions {
  readonly resource: GroupResource;
  /** Empty for all namespaces. */
  readonly namespace: string;
  readonly matches: (object: KubeObject) => boolean;
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
  readonly event: (type: WatchEventType, stored: StoredObject) => Buffer | string;
  readonly bookmark: (version: number, initialEventsEnd: boolean) => Buffer | string;
  /** The ERROR event of a watch whose start is forgotten. */
  readonly expired: (since: number, version: number) => Buffer | string;
}

/** Milliseconds between bookmarks. */
const bookmarkEvery = 60_000;
/** Events a slow client may lag behind before its watch is ended. */
const backlogLimit = 100_000;

/**
 * The events of a watch, until it times out or the reader stops; ending the iteration ends the subscription.
 *
 * An object that begins to match is ADDED, one that stops matching is DELETED.
 *
 * @see kubernetes/apiserver pkg/storage/cacher
 */
export async function* watchObjects(
  store: ObjectStore,
  options: WatchOptions,
  encoder: WatchEncoder,
): AsyncGenerator<Buffer | string> {
  const backlog: (Buffer | string)[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  const push = (piece: Buffer | string): void => {
    if (backlog.length >= backlogLimit) ended = true;
    else backlog.push(piece);
    wake?.();
  };
  const report = (change: Change): void => {
    const type = eventType(change, options);
    if (type !== undefined) push(encoder.event(type, change.stored));
  };
  const stop = (): void => {
    ended = true;
    wake?.();
  };
  const unsubscribe = store.subscribe(report);
  const timer = setTimeout(stop, Math.min(options.timeout, 0x7fff_ffff));
  const bookmark = options.bookmarks
    ? setInterval(() => {
        push(encoder.bookmark(store.version, false));
      }, bookmarkEvery)
    : undefined;
  timer.unref();
  bookmark?.unref();
  try {
    begin(store, options, encoder, push, stop);
    while (backlog.length > 0 || !ended) {
      const pieces = backlog.splice(0);
      if (pieces.length > 0) yield joined(pieces);
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    if (options.bookmarks) yield encoder.bookmark(store.version, false);
  } finally {
    unsubscribe();
    clearTimeout(timer);
    clearInterval(bookmark);
  }
}

function begin(
  store: ObjectStore,
  options: WatchOptions,
  encoder: WatchEncoder,
  push: (piece: Buffer | string) => void,
  stop: () => void,
): void {
  if (options.since !== undefined) {
    const missed = store.changesSince(options.since);
    if (missed === undefined) {
      push(encoder.expired(options.since, store.version));
      stop();
      return;
    }
    for (const change of missed) {
      const type = eventType(change, options);
      if (type !== undefined) push(encoder.event(type, change.stored));
    }
    return;
  }
  for (const stored of store.list(options.resource, options.namespace)) {
    if (options.matches(stored.object)) push(encoder.event('ADDED', stored));
  }
  if (options.initialEventsEnd) push(encoder.bookmark(store.version, true));
}

/** What a change means to a watch; `undefined` when it is none of its business. */
function eventType(change: Change, options: WatchOptions): WatchEventType | undefined {
  const { resource, stored, previous, type } = change;
  if (resource.plural !== options.resource.plural || resource.group !== options.resource.group)
    return undefined;
  if (options.namespace !== '' && stored.object.metadata.namespace !== options.namespace) return undefined;
  const matched = previous !== undefined && options.matches(previous.object);
  const matches = type !== 'DELETED' && options.matches(stored.object);
  if (matches) return matched ? 'MODIFIED' : 'ADDED';
  return matched ? 'DELETED' : undefined;
}

/** One piece of several, so that a burst is one write. */
function joined(pieces: readonly (Buffer | string)[]): Buffer | string {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}
