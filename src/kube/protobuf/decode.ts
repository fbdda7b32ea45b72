import { badRequest } from '../../core/api-error.js';
import { formatGoDuration } from '../../core/go-duration.js';
import type { Json, JsonObject } from '../../core/json.js';
import { readFields, type WireField } from './wire.js';

/** A field of a Go type: JSON name, number, type and flags (`r` repeated, `m` map, `p` pointer, `o` omitempty). */
export type TypeField = readonly [
  name: string,
  number: number,
  type: string,
  flags: string,
  rules?: readonly string[],
];

/** Looks the fields of a type up; `undefined` for a type that is not a message of the table. */
export type TypeFields = (type: string) => readonly TypeField[] | undefined;

/** A decoded request body. */
export interface ProtobufBody {
  readonly apiVersion: string;
  readonly kind: string;
  /** The bytes of the object itself. */
  readonly raw: Buffer;
}

/** The four bytes every Kubernetes protobuf body begins with. */
const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
/** Nesting above this is refused; no Kubernetes type comes near it. */
const depthLimit = 100;

type Mutable = Record<string, Json | undefined>;

/**
 * Opens the envelope of a `application/vnd.kubernetes.protobuf` body.
 *
 * @throws ApiError 400 when it is not one
 * @see kubernetes/apimachinery pkg/runtime/serializer/protobuf/protobuf.go
 */
export function openEnvelope(body: Buffer): ProtobufBody {
  if (!body.subarray(0, 4).equals(magic)) {
    throw badRequest(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  }
  let apiVersion = '';
  let kind = '';
  let raw: Buffer = Buffer.alloc(0);
  for (const { number, value } of readFields(body.subarray(4))) {
    if (!Buffer.isBuffer(value)) continue;
    if (number === 1) {
      for (const field of readFields(value)) {
        if (field.number === 1) apiVersion = text(field);
        if (field.number === 2) kind = text(field);
      }
    } else if (number === 2) raw = value;
  }
  return { apiVersion, kind, raw };
}

/**
 * Decodes a message into the JSON its Go type would print, without the zero values protobuf always writes.
 *
 * @throws ApiError 400 for bytes that do not fit the type
 */
export function decodeMessage(bytes: Buffer, type: string, fieldsOf: TypeFields, depth = 0): JsonObject {
  if (depth > depthLimit) throw badRequest('proto: message nested too deeply');
  const fields = fieldsOf(type);
  if (fields === undefined) throw badRequest(`no type ${type} to decode the body with`);
  const result: Mutable = Object.create(null) as Mutable;
  for (const field of readFields(bytes)) {
    const known = fields.find(([, number]) => number === field.number);
    if (known !== undefined) put(result, known, field, fieldsOf, depth);
  }
  for (const [name, , , flags] of fields) {
    // Like every other object from here on, with the prototype objects have.
    if (flags.includes('m') && result[name] !== undefined) result[name] = { ...(result[name] as Mutable) };
    if (flags.includes('o') && !flags.includes('p') && isZero(result[name])) delete result[name];
  }
  return { ...result };
}

function put(result: Mutable, known: TypeField, field: WireField, fieldsOf: TypeFields, depth: number): void {
  const [name, , type, flags] = known;
  if (name === '') {
    Object.assign(result, decodeMessage(bytesOf(field), type, fieldsOf, depth + 1));
  } else if (flags.includes('m')) {
    const entry = [...readFields(bytesOf(field))];
    const key = entry.find(({ number }) => number === 1);
    const value = entry.find(({ number }) => number === 2) ?? { number: 2, value: Buffer.alloc(0) };
    const map = (result[name] ??= Object.create(null) as Mutable) as Mutable;
    map[key === undefined ? '' : text(key)] = decodeValue(value, type, fieldsOf, depth);
  } else if (flags.includes('r')) {
    const list = (result[name] ??= []) as Json[];
    list.push(decodeValue(field, type, fieldsOf, depth));
  } else {
    const decoded = decodeValue(field, type, fieldsOf, depth);
    // A zero time is an empty message: the field is absent.
    if (decoded === null) delete result[name];
    else result[name] = decoded;
  }
}

function decodeValue(field: WireField, type: string, fieldsOf: TypeFields, depth: number): Json {
  const special = specials[type];
  if (special !== undefined) return special(field);
  return decodeMessage(bytesOf(field), type, fieldsOf, depth + 1);
}

const specials: Readonly<Record<string, (field: WireField) => Json>> = {
  string: text,
  bool: (field) => integerOf(field) !== 0n,
  int32: (field) => Number(BigInt.asIntN(32, integerOf(field))),
  int64: (field) => Number(BigInt.asIntN(64, integerOf(field))),
  bytes: (field) => bytesOf(field).toString('base64'),
  'meta/v1.Time': time,
  'meta/v1.MicroTime': microTime,
  'meta/v1.Duration': (field) => {
    const [given] = readFields(bytesOf(field));
    return formatGoDuration(given === undefined ? 0n : BigInt.asIntN(64, integerOf(given)));
  },
  'meta/v1.FieldsV1': rawJson,
  'runtime.RawExtension': rawJson,
  'resource.Quantity': (field) => firstText(bytesOf(field)),
  'intstr.IntOrString': (field) => {
    const parts = new Map([...readFields(bytesOf(field))].map((part) => [part.number, part]));
    const isText = parts.has(1) && integerOf(parts.get(1) ?? field) === 1n;
    const found = parts.get(isText ? 3 : 2);
    if (isText) return found === undefined ? '' : text(found);
    return found === undefined ? 0 : Number(BigInt.asIntN(32, integerOf(found)));
  },
  'items:string': (field) => [...readFields(bytesOf(field))].map(text),
};

/** Go reads and writes these with exactly six digits. */
function microTime(field: WireField): Json {
  const whole = time(field);
  if (typeof whole !== 'string') return whole;
  const micros = Number(BigInt.asIntN(32, timeParts(field).get(2) ?? 0n) / 1000n);
  return whole.replace('Z', `.${String(Math.min(Math.max(micros, 0), 999_999)).padStart(6, '0')}Z`);
}

function timeParts(field: WireField): ReadonlyMap<number, bigint> {
  return new Map([...readFields(bytesOf(field))].map((part) => [part.number, integerOf(part)]));
}

function time(field: WireField): Json {
  const parts = timeParts(field);
  const seconds = parts.get(1);
  if (seconds === undefined && !parts.has(2)) return null;
  const milliseconds = Number(BigInt.asIntN(64, seconds ?? 0n)) * 1000;
  if (Math.abs(milliseconds) > 8.64e15) throw badRequest('proto: time out of range');
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

function rawJson(field: WireField): Json {
  const raw = [...readFields(bytesOf(field))].find(({ number }) => number === 1);
  if (raw === undefined) return {};
  try {
    return JSON.parse(bytesOf(raw).toString('utf8')) as Json;
  } catch (cause) {
    throw badRequest('proto: raw extension is not JSON', { cause });
  }
}

function firstText(bytes: Buffer): string {
  for (const field of readFields(bytes)) if (field.number === 1) return text(field);
  return '0';
}

function bytesOf({ value }: WireField): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw badRequest('proto: wrong wireType');
}

function integerOf({ value }: WireField): bigint {
  if (typeof value === 'bigint') return value;
  throw badRequest('proto: wrong wireType');
}

function text(field: WireField): string {
  return bytesOf(field).toString('utf8');
}

function isZero(value: Json | undefined): boolean {
  return value === undefined || value === '' || value === 0 || value === false;
}
