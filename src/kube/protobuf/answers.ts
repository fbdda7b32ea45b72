import { ApiError } from '../../core/api-error.js';
import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../../core/json.js';
import { encodeStatusProtobuf } from '../../core/protobuf-status.js';
import type { Reply } from '../../registry/contract.js';
import { fieldsOf } from '../../registry/type-table.js';
import type { StoredObject } from '../../state/object-store.js';
import { apiVersionOf, formName, linkedObject, type ServedKind } from '../served-kind.js';
import { encodeMessage } from './encode.js';
import { envelopeAround, inEnvelope, partHead, protobufType, type TypeMeta } from './envelope.js';

const listMeta = 'meta/v1.ListMeta';
/** Items encoded before others have their turn. */
const turnItems = 500;
/** Bytes of a list below which it is sent in one piece. */
const pieceBytes = 256 * 1024;

/** Kinds that belong to no group of their own. */
const metaKinds = new Set(['Status', 'APIVersions', 'APIGroup', 'APIGroupList', 'APIResourceList']);

/** Tells whether objects of a kind can be written as protobuf: custom resources cannot. */
export function hasProtobuf(kind: Pick<ServedKind, 'resource' | 'version'>): boolean {
  return typeOf(kind) !== undefined;
}

function typeOf({ resource, version }: Pick<ServedKind, 'resource' | 'version'>): string | undefined {
  const type = resource.custom ? undefined : resource.types?.[version];
  return type !== undefined && isNumbered(type) ? type : undefined;
}

function isNumbered(type: string): boolean {
  return fieldsOf(type)?.some(([, number]) => number > 0) === true;
}

/** The message of an object without its envelope, kept with it. */
export function messageOf(stored: StoredObject, kind: ServedKind): Buffer {
  const type = typeOf(kind);
  if (type === undefined) throw notMarshalable(kind.resource.kind);
  return stored.bytes(`protobuf ${formName(kind)}`, (object) =>
    encodeMessage(linkedObject(object, kind), type),
  );
}

/** kind and apiVersion of a served kind's objects. */
export function typeMetaOf(kind: ServedKind, suffix = ''): TypeMeta {
  return { apiVersion: apiVersionOf(kind), kind: `${kind.resource.kind}${suffix}` };
}

/** Answers with one object. */
export function protobufObject(stored: StoredObject, kind: ServedKind, status: number): Reply {
  return reply(inEnvelope(typeMetaOf(kind), messageOf(stored, kind)), status);
}

/**
 * Answers with a list; one of many objects leaves in pieces, once all are encoded: its length comes first.
 *
 * @param metadata That of the list.
 */
export function protobufList(items: readonly StoredObject[], kind: ServedKind, metadata: JsonObject): Reply {
  const meta = encodeMessage(metadata, listMeta);
  const type = typeMetaOf(kind, 'List');
  if (items.length > turnItems) return reply(longList(items, kind, type, meta));
  const encoded = items.map((stored) => messageOf(stored, kind));
  return reply(inEnvelope(type, listMessage(meta, encoded)));
}

/** The message of a list: its metadata and its items, in the order of their numbers. */
function listMessage(meta: Buffer, items: readonly Buffer[], first = 1, second = 2): Buffer {
  const head = [partHead(first, meta.length), meta];
  const rest = items.flatMap((bytes) => [partHead(second, bytes.length), bytes]);
  return Buffer.concat(first < second ? [...head, ...rest] : [...rest, ...head]);
}

async function* longList(
  items: readonly StoredObject[],
  kind: ServedKind,
  type: TypeMeta,
  meta: Buffer,
): AsyncGenerator<Buffer> {
  const head = Buffer.concat([partHead(1, meta.length), meta]);
  let total = head.length;
  for (const [at, stored] of items.entries()) {
    if (at % turnItems === turnItems - 1) await new Promise((resolve) => setImmediate(resolve));
    const { length } = messageOf(stored, kind);
    total += length + partHead(2, length).length;
  }
  const [before, after] = envelopeAround(type, total);
  let pieces: Buffer[] = [before, head];
  let size = 0;
  for (const stored of items) {
    const bytes = messageOf(stored, kind);
    pieces.push(partHead(2, bytes.length), bytes);
    size += bytes.length;
    if (size <= pieceBytes) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    size = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield Buffer.concat([...pieces, after]);
}

/** Answers with any object that says what it is. @throws ApiError 406 for what has no protobuf form */
export function protobufValue(value: Json, status: number): Reply {
  return reply(encodeValue(isJsonObject(value) ? value : {}), status);
}

/** An object that says what it is, in its envelope. @throws ApiError 406 for what has no protobuf form */
export function encodeValue(value: JsonObject): Buffer {
  const kind = textOf(value['kind']);
  const apiVersion = textOf(value['apiVersion']);
  if (kind === 'Status') return encodeStatusProtobuf(value);
  const type = typeNamed(apiVersion, kind);
  // The beta of this list has its numbers the other way round.
  const isSwapped = apiVersion === 'meta.k8s.io/v1beta1' && kind === 'PartialObjectMetadataList';
  if (isNumbered(type) && !isSwapped) return inEnvelope({ apiVersion, kind }, encodeMessage(value, type));
  const itemType = type.replace(/List$/, '');
  if (itemType === type || !isNumbered(itemType)) throw notMarshalable(kind);
  const { metadata, items } = value;
  const encoded = (Array.isArray(items) ? (items as JsonArray) : []).map((item) =>
    encodeMessage(isJsonObject(item) ? item : {}, itemType),
  );
  const meta = encodeMessage(isJsonObject(metadata) ? metadata : {}, listMeta);
  return inEnvelope(
    { apiVersion, kind },
    isSwapped ? listMessage(meta, encoded, 2, 1) : listMessage(meta, encoded),
  );
}

/** The member of the table of types for a kind. Betas here have the fields of the first stable version. */
function typeNamed(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf('/');
  const group = slash === -1 ? '' : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  if (group === 'meta.k8s.io' || (group === '' && metaKinds.has(kind))) return `meta/v1.${kind}`;
  const folder = group === '' ? 'core' : group.split('.', 1)[0];
  const exact = `${folder ?? ''}/${version}.${kind}`;
  const item = exact.replace(/List$/, '');
  if (isNumbered(exact) || isNumbered(item)) return exact;
  return `${folder ?? ''}/${version.replace(/(?:alpha|beta)\d+$/, '')}.${kind}`;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function reply(body: Buffer | AsyncIterable<Buffer>, status = 200): Reply {
  return { status, contentType: protobufType, body };
}

function notMarshalable(kind: string): ApiError {
  return new ApiError(
    406,
    'NotAcceptable',
    `object ${kind} does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message`,
  );
}
