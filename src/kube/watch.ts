import { fnv64a } from '../core/fnv.js';
import { encodeCompact, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { watchObjects, type WatchEncoder, type WatchEventType } from '../registry/verbs/watch.js';
import type { StoredObject } from '../state/object-store.js';
import { apiVersionOf, shownBytes, transformed, type AnswerForm, type ServedKind } from './encoding.js';
import type { KubeListOptions } from './list-options.js';
import { transformOf } from './transform.js';

/** Fewest seconds a watch lasts when the client does not say; up to twice as many. */
const usualSeconds = 1800;
const endMark = 'k8s.io/initial-events-end';

/**
 * Answers a watch: one event per line for as long as the client stays.
 *
 * @param name Only this object, as the old `/watch/` paths have it; empty: all.
 * @see kubernetes/apiserver pkg/endpoints/handlers/watch.go
 */
export function answerWatch(
  { cluster, world }: RequestContext,
  kind: ServedKind,
  form: AnswerForm,
  options: KubeListOptions,
  place: { readonly namespace: string; readonly name: string },
): Reply {
  const { version, sendInitialEvents, matches } = options;
  const fromNow = sendInitialEvents === false ? cluster.store.version : undefined;
  const isNamed = (object: KubeObject): boolean =>
    object.metadata.name === place.name && matches?.(object) !== false;
  const body = watchObjects(
    cluster.store,
    {
      resource: kind.resource,
      namespace: place.namespace,
      matches: place.name === '' ? matches : isNamed,
      since: sendInitialEvents === true || version === 0 ? undefined : version || fromNow,
      bookmarks: options.bookmarks,
      initialEventsEnd: sendInitialEvents === true && options.bookmarks,
      timeout: (options.timeoutSeconds || usualTimeout(world.random.seed, cluster.store.version)) * 1000,
    },
    encoderOf(kind, form, () => world.clock.now()),
  );
  return { status: 200, contentType: 'application/json', body };
}

/**
 * Seconds from half an hour to a whole one, so that watches begun together do not all end together. Not drawn from the
 * world's sequence: a watch changes nothing about what is made after it.
 */
function usualTimeout(seed: string, version: number): number {
  return usualSeconds + Number(BigInt(`0x${fnv64a(`${seed} ${String(version)}`)}`) % BigInt(usualSeconds));
}

function encoderOf(kind: ServedKind, form: AnswerForm, now: () => number): WatchEncoder {
  const apiVersion = apiVersionOf(kind);
  const bare = (version: number, initialEventsEnd: boolean): KubeObject => ({
    kind: kind.resource.kind,
    apiVersion,
    metadata: {
      // Like the real one, a bookmark has no name.
      ...({} as Pick<KubeObject['metadata'], 'name'>),
      resourceVersion: String(version),
      creationTimestamp: null,
      ...(initialEventsEnd && { annotations: { [endMark]: 'true' } }),
    },
  });
  const expired = (since: number, version: number): Buffer => line('ERROR', gone(since, version));
  const transform = transformOf(form.accepted.parameters);
  // Nothing in a watch is a list: the objects of one that asks for it so are sent as they are.
  if (transform === undefined || transform.as === 'PartialObjectMetadataList') {
    return {
      expired,
      event: (type, stored) => lineOf(type, shownBytes(stored, kind)),
      bookmark: (version, end) => line('BOOKMARK', bare(version, end)),
    };
  }
  // Only the first event tells the columns.
  let columns = true;
  const shown = (object: KubeObject): JsonObject => {
    const shownAs = transformed(object, transform, kind, { ...form, now: now() }, columns);
    columns = false;
    return shownAs;
  };
  return {
    expired,
    event: (type, { object }: StoredObject) => line(type, shown(object)),
    bookmark: (version, end) => line('BOOKMARK', shown(bare(version, end))),
  };
}

function line(type: WatchEventType, object: JsonObject): Buffer {
  return Buffer.from(`${encodeCompact({ type, object })}\n`);
}

/** The line last made around some bytes: a thousand watches of one change send the same. */
const made = new WeakMap<Buffer, { readonly type: WatchEventType; readonly line: Buffer }>();

/** A line around the bytes an object is kept with; their newline becomes the line's. */
function lineOf(type: WatchEventType, object: Buffer): Buffer {
  const known = made.get(object);
  if (known?.type === type) return known.line;
  const line = Buffer.concat([
    Buffer.from(`{"type":"${type}","object":`),
    object.subarray(0, -1),
    Buffer.from('}\n'),
  ]);
  made.set(object, { type, line });
  return line;
}

function gone(since: number, version: number): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `too old resource version: ${String(since)} (${String(version)})`,
    reason: 'Expired',
    code: 410,
  };
}
