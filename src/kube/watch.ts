import { fnv64a } from '../core/fnv.js';
import type { JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Reply } from '../registry/contract.js';
import { watchObjects, type WatchEncoder } from '../registry/verbs/watch.js';
import type { StoredObject } from '../state/object-store.js';
import { transformed, type AnswerForm } from './encoding.js';
import type { KindRequest } from './kind-request.js';
import type { KubeListOptions } from './list-options.js';
import { protobufType, protobufWatchType } from './protobuf/envelope.js';
import { apiVersionOf, type ServedKind } from './served-kind.js';
import { readIncludeObject, transformOf } from './transform.js';
import { jsonFrames, protobufFrames } from './watch-frames.js';

/** Fewest seconds a watch lasts when the client does not say; up to twice as many. */
const usualSeconds = 1800;
const endMark = 'k8s.io/initial-events-end';

/**
 * Answers a watch: one event per line, or per frame of protobuf, for as long as the client stays. The old `/watch/` paths
 * may name the one object it is about.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers/watch.go
 */
export function answerWatch(
  { context, kind, form, path, converted }: KindRequest,
  options: KubeListOptions,
): Reply {
  const { cluster, world } = context;
  const { version, sendInitialEvents, matches } = options;
  const fromNow = sendInitialEvents === false ? cluster.store.version : undefined;
  const isNamed = (object: KubeObject): boolean =>
    object.metadata.name === path.name && matches?.(object) !== false;
  const body = watchObjects(
    converted?.base ?? cluster.store,
    {
      resource: kind.resource,
      namespace: path.namespace,
      matches: path.name === '' ? matches : isNamed,
      ...(converted && { seen: (stored: readonly StoredObject[]) => converted.seen(stored) }),
      since: sendInitialEvents === true || version === 0 ? undefined : version || fromNow,
      bookmarks: options.bookmarks,
      initialEventsEnd: sendInitialEvents === true && options.bookmarks,
      timeout: (options.timeoutSeconds || usualTimeout(world.random.seed, cluster.store.version)) * 1000,
    },
    encoderOf(kind, form, () => world.clock.now()),
  );
  const isProtobuf = form.accepted.wire === protobufType;
  return { status: 200, contentType: isProtobuf ? protobufWatchType : 'application/json', body };
}

/**
 * Seconds from half an hour to a whole one, so that watches begun together do not all end together. Not drawn from the
 * world's sequence: a watch changes nothing about what is made after it.
 */
function usualTimeout(seed: string, version: number): number {
  return usualSeconds + Number(BigInt(`0x${fnv64a(`${seed} ${String(version)}`)}`) % BigInt(usualSeconds));
}

function encoderOf(kind: ServedKind, form: AnswerForm, now: () => number): WatchEncoder {
  const bare = (version: number, initialEventsEnd: boolean): KubeObject => ({
    kind: kind.resource.kind,
    apiVersion: apiVersionOf(kind),
    metadata: {
      // Like the real one, a bookmark has no name.
      ...({} as Pick<KubeObject['metadata'], 'name'>),
      resourceVersion: String(version),
      creationTimestamp: null,
      ...(initialEventsEnd && { annotations: { [endMark]: 'true' } }),
    },
  });
  const frames = form.accepted.wire === protobufType ? protobufFrames : jsonFrames;
  const expired = (since: number, version: number): Buffer => frames.made('ERROR', gone(since, version));
  const failed = (error: unknown): Buffer => frames.made('ERROR', statusOf(error));
  const transform = transformOf(form.accepted.parameters);
  if (transform?.as === 'Table') readIncludeObject(form.include);
  if (transform === undefined) {
    return {
      expired,
      failed,
      event: (type, stored) => frames.kept(type, stored, kind),
      bookmark: (version, end) => frames.made('BOOKMARK', bare(version, end)),
    };
  }
  // Nothing in a watch is a list: the real server opens it, and ends it where it cannot write an event.
  if (transform.as === 'PartialObjectMetadataList')
    return { expired, failed, event: () => undefined, bookmark: () => undefined };
  // Only the first event tells the columns.
  let columns = true;
  const shown = (object: KubeObject): JsonObject => {
    const shownAs = transformed(object, transform, kind, { ...form, now: now() }, columns);
    columns = false;
    return shownAs;
  };
  return {
    expired,
    failed,
    event: (type, { object }: StoredObject) => frames.made(type, shown(object)),
    bookmark: (version, end) => frames.made('BOOKMARK', shown(bare(version, end))),
  };
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

function statusOf(error: unknown): JsonObject {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 };
}
