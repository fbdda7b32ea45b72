import { parseGoDuration } from '../../core/go-duration.js';
import { encodeCompact, isJsonObject, type Json, type JsonArray, type JsonObject } from '../../core/json.js';
import { fieldsOf, type TypeField } from '../../registry/type-table.js';
import { BackwardWriter } from './backward-writer.js';

/** The fields of types that have a number, last one first: the order a {@link BackwardWriter} takes them in. */
const plans = new Map<string, readonly TypeField[]>();
const writer = new BackwardWriter();

/**
 * The bytes of a message, as Go writes the type: fields by number, those that are no pointers always, maps by key.
 * Members of another JSON type than their field count as not set.
 *
 * @param type A member of the table of types.
 * @see kubernetes/api generated.pb.go, kubernetes/apimachinery generated.pb.go
 */
export function encodeMessage(value: JsonObject, type: string): Buffer {
  try {
    putFields(value, type);
    return writer.finish();
  } finally {
    writer.clear();
  }
}

function planOf(type: string): readonly TypeField[] {
  const known = plans.get(type);
  if (known !== undefined) return known;
  const plan = (fieldsOf(type) ?? [])
    .filter(([, number, inner]) => number > 0 && isKnown(inner))
    .sort((a, b) => b[1] - a[1]);
  plans.set(type, plan);
  return plan;
}

/** Fields of types that are not in the table, all of them of alpha versions, cannot be written. */
function isKnown(type: string): boolean {
  return plain.has(type) || Object.hasOwn(specials, type) || fieldsOf(type) !== undefined;
}

const plain = new Set(['string', 'bool', 'int32', 'int64', 'bytes', 'time.Duration']);

function putFields(value: JsonObject, type: string): void {
  for (const field of planOf(type)) putField(value, field);
}

function putField(value: JsonObject, [name, number, type, flags]: TypeField): void {
  // An embedded struct is a message of its own with members in the same JSON object.
  if (name === '') {
    put(number, type, value);
    return;
  }
  const given = Object.hasOwn(value, name) ? value[name] : undefined;
  if (flags.includes('r')) {
    if (!Array.isArray(given)) return;
    const items = given as JsonArray;
    for (let at = items.length - 1; at >= 0; at -= 1) put(number, type, items[at]);
  } else if (flags.includes('m')) {
    if (isJsonObject(given)) putMap(number, type, given);
  } else if (given !== undefined && given !== null) {
    put(number, type, given);
  } else if (!flags.includes('p') && !nilable.has(type)) {
    put(number, type, undefined);
  }
}

/** Types of fields that are slices in Go: not written when there is none. */
const nilable = new Set(['bytes', 'items:string']);

function putMap(number: number, type: string, map: JsonObject): void {
  const keys = Object.keys(map).sort();
  for (let at = keys.length - 1; at >= 0; at -= 1) {
    const key = keys[at] ?? '';
    const value = map[key];
    if (value === undefined) continue;
    const before = writer.length;
    // The one value that can be nil.
    if (type !== 'bytes' || value !== null) put(2, type, value);
    writer.text(1, key);
    writer.close(number, before);
  }
}

function put(number: number, type: string, given: Json | undefined): void {
  switch (type) {
    case 'string':
      writer.text(number, typeof given === 'string' ? given : '');
      return;
    case 'bool':
      writer.integer(number, given === true ? 1 : 0);
      return;
    case 'int32':
    case 'int64':
      writer.integer(number, whole(given));
      return;
    case 'bytes':
      writer.bytes(number, Buffer.from(typeof given === 'string' ? given : '', 'base64'));
      return;
    case 'time.Duration':
      writer.integer(number, nanoseconds(given));
      return;
    default: {
      const before = writer.length;
      const special = specials[type];
      if (special === undefined) putFields(isJsonObject(given) ? given : {}, type);
      else special(given);
      writer.close(number, before);
    }
  }
}

/** Messages whose JSON is not an object of their fields. */
const specials: Readonly<Partial<Record<string, (given: Json | undefined) => void>>> = {
  'meta/v1.Time': (given) => {
    putTime(given, false);
  },
  'meta/v1.MicroTime': (given) => {
    putTime(given, true);
  },
  'meta/v1.Duration': (given) => {
    put(1, 'time.Duration', given);
  },
  'meta/v1.FieldsV1': putRaw,
  'runtime.RawExtension': putRaw,
  'resource.Quantity': (given) => {
    writer.text(1, typeof given === 'number' ? String(given) : typeof given === 'string' ? given : '0');
  },
  'intstr.IntOrString': (given) => {
    const isText = typeof given === 'string';
    writer.text(3, isText ? given : '');
    writer.integer(2, isText ? 0 : whole(given));
    writer.integer(1, isText ? 1 : 0);
  },
  'items:string': (given) => {
    const items = Array.isArray(given) ? (given as JsonArray) : [];
    for (let at = items.length - 1; at >= 0; at -= 1) put(1, 'string', items[at]);
  },
};

/** Zero is an empty message. Go keeps whole seconds of a Time, microseconds of a MicroTime. */
function putTime(given: Json | undefined, isMicro: boolean): void {
  const text = typeof given === 'string' ? given : '';
  const at = Date.parse(text);
  if (Number.isNaN(at)) return;
  writer.integer(2, isMicro ? micros(text) * 1000 : 0);
  writer.integer(1, Math.floor(at / 1000));
}

/** Millionths of a second in a time; `Date` keeps thousandths only. */
function micros(time: string): number {
  const [, digits = ''] = /\.(\d{1,6})/.exec(time) ?? [];
  return Number(digits.padEnd(6, '0'));
}

function putRaw(given: Json | undefined): void {
  if (given !== undefined && given !== null) writer.text(1, encodeCompact(given));
}

function whole(given: Json | undefined): number {
  return typeof given === 'number' && Number.isFinite(given) ? Math.trunc(given) : 0;
}

function nanoseconds(given: Json | undefined): number {
  return Math.round((parseGoDuration(typeof given === 'string' ? given : '') ?? 0) * 1e6);
}
