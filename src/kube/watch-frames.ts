import { encodeCompact, type JsonObject } from '../core/json.js';
import type { WatchEventType } from '../registry/verbs/watch.js';
import type { StoredObject } from '../state/object-store.js';
import { shownBytes } from './encoding.js';
import { encodeValue, messageOf, typeMetaOf } from './protobuf/answers.js';
import { inEnvelope, watchFrame } from './protobuf/envelope.js';
import type { ServedKind } from './served-kind.js';

/** How the events of a watch lie on the wire. */
interface WatchFrames {
  /** An event of an object as it is, from bytes kept with it. */
  readonly kept: (type: WatchEventType, stored: StoredObject, kind: ServedKind) => Buffer;
  /** An event of an object made for this watch; it says what it is. */
  readonly made: (type: WatchEventType, object: JsonObject) => Buffer;
}

/** One event per line. */
export const jsonFrames: WatchFrames = {
  kept: (type, stored, kind) => once(shownBytes(stored, kind), type, line),
  made: (type, object) => Buffer.from(`${encodeCompact({ type, object })}\n`),
};

/** Events in protobuf, each after its length. */
export const protobufFrames: WatchFrames = {
  kept: (type, stored, kind) =>
    once(messageOf(stored, kind), type, (message) => watchFrame(type, inEnvelope(typeMetaOf(kind), message))),
  made: (type, object) => watchFrame(type, encodeValue(object)),
};

/** The frame last made around some bytes: a thousand watches of one change send the same. */
const made = new WeakMap<Buffer, { readonly type: WatchEventType; readonly frame: Buffer }>();

function once(
  object: Buffer,
  type: WatchEventType,
  make: (object: Buffer, type: WatchEventType) => Buffer,
): Buffer {
  const known = made.get(object);
  if (known?.type === type) return known.frame;
  const frame = make(object, type);
  made.set(object, { type, frame });
  return frame;
}

/** A line around the bytes an object is kept with; their newline becomes the line's. */
function line(object: Buffer, type: WatchEventType): Buffer {
  return Buffer.concat([
    Buffer.from(`{"type":"${type}","object":`),
    object.subarray(0, -1),
    Buffer.from('}\n'),
  ]);
}
