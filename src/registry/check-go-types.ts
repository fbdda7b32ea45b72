import { badRequest, quote } from '../core/api-error.js';
import { canonicalQuantity } from '../core/canonical-quantity.js';
import { standardBase64Error } from '../core/go-base64.js';
import { goJsonType } from '../core/go-json.js';
import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../core/json.js';
import { bodyPrefix } from './body-types.js';
import { Passed } from './passed.js';
import { fieldIndex, fieldsOf, type TypeField } from './type-table.js';

/** Plain types and what JSON they take. */
const plain: Readonly<Record<string, 'string' | 'boolean' | 'number'>> = {
  string: 'string',
  bytes: 'string',
  bool: 'boolean',
  int32: 'number',
  int64: 'number',
  uint16: 'number',
};

/** The least and the most whole numbers take; Go's int64 goes no further than JSON's numbers are exact to us. */
const ranges: Readonly<Record<string, readonly [least: number, most: number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint16: [0, 2 ** 16 - 1],
};

/** Types that read themselves, and take whatever they are given. */
const selfReading = new Set(['meta/v1.Duration', 'meta/v1.FieldsV1', 'runtime.RawExtension']);

/** Types that read themselves and refuse what is not theirs. */
type SelfRead = 'quantity' | 'intOrString' | 'time' | 'microTime';

const selfReaders: ReadonlyMap<string, SelfRead> = new Map([
  ['resource.Quantity', 'quantity'],
  ['intstr.IntOrString', 'intOrString'],
  ['meta/v1.Time', 'time'],
  ['meta/v1.MicroTime', 'microTime'],
]);

/** What they have against a value, without saying where; `undefined` when it is theirs. */
const readers: Readonly<Record<SelfRead, (value: Json) => string | undefined>> = {
  quantity: (value) => {
    const text = typeof value === 'string' ? value.trim() : JSON.stringify(value);
    const read = canonicalQuantity(text);
    return 'problem' in read ? read.problem : undefined;
  },
  intOrString: (value) => {
    if (typeof value === 'string' || isInRange(value, 'int32')) return undefined;
    return `json: cannot unmarshal ${shown(value, 'number')} into Go value of type int32`;
  },
  time: (value) => {
    if (typeof value !== 'string')
      return `json: cannot unmarshal ${goJsonType(value)} into Go value of type string`;
    if (value === '' || !Number.isNaN(Date.parse(value))) return undefined;
    return `parsing time ${quote(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${quote(value)} as "2006"`;
  },
  microTime: microTimeProblem,
};

const toTheSecond = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const toTheMicrosecond = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[-+]\d\d:\d\d)$/;

/** A `meta/v1.MicroTime` has six digits behind the point, no more and no less. */
function microTimeProblem(value: Json): string | undefined {
  if (typeof value !== 'string')
    return `json: cannot unmarshal ${goJsonType(value)} into Go value of type string`;
  if (toTheMicrosecond.test(value) && !Number.isNaN(Date.parse(value))) return undefined;
  const start = toTheSecond.exec(value)?.[0];
  const [rest, part] = start === undefined ? [value, '2006'] : [value.slice(start.length), '.000000'];
  return `parsing time ${quote(value)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse ${quote(rest)} as "${part}"`;
}

function isInRange(value: Json, type: string): boolean {
  const [least, most] = ranges[type] ?? [-Infinity, Infinity];
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

/** A value in Go's errors: numbers are told where a number was wanted. */
function shown(value: Json, wanted: string): string {
  return typeof value === 'number' && wanted === 'number' ? `number ${String(value)}` : goJsonType(value);
}

/** Go's names of plain types that are not called the same. */
const goNames: Readonly<Record<string, string>> = { bytes: '[]uint8' };

/** A member of another JSON type than its field. */
export interface TypeMismatch {
  readonly path: readonly (string | number)[];
  readonly value: Json;
  /** The JSON type it must have. */
  readonly wanted: 'string' | 'boolean' | 'number' | 'integer' | 'array' | 'object' | 'base64' | SelfRead;
  /** What Go's decoder says about it. */
  readonly message: string;
}

/**
 * Refuses a body whose members are of another JSON type than the fields of a Go struct, with the words of Go's decoder for
 * the first one. Unknown members pass, `null` passes everywhere.
 *
 * @throws ApiError 400, such as `json: cannot unmarshal number into Go struct field UserSpec.spec.email of type string`
 * @see golang/go encoding/json/decode.go
 */
export function checkGoTypes(value: JsonObject, type: string): void {
  const [first] = typeMismatches(value, type, 1);
  if (first !== undefined) throw badRequest(first.message);
}

/** Every member that is of another JSON type than its field, in the order of the object; at most `limit` of them. */
export function typeMismatches(
  value: JsonObject,
  type: string,
  limit: number = Infinity,
): readonly TypeMismatch[] {
  const walk = new Walk(limit);
  walk.struct(value, type);
  return walk.found;
}

/** Parts of objects whose members are all of their fields' types. */
const fitting = new Passed();

/** One walk over an object along the fields of its type; the path is only put together where something is wrong. */
class Walk {
  readonly found: TypeMismatch[] = [];
  readonly #limit: number;
  readonly #path: (string | number)[] = [];
  /** The path without places in lists and keys of maps. */
  readonly #fields: string[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  struct(value: JsonObject, type: string): void {
    const fields = fieldIndex(type);
    if (fields === undefined) return;
    for (const key of Object.keys(value)) {
      const member = value[key];
      const field = fields.get(key);
      if (field === undefined || member === undefined || member === null) continue;
      const isPart = this.#path.length === 0;
      if (isPart && fitting.has(member, field)) continue;
      const before = this.found.length;
      this.#path.push(key);
      this.#fields.push(key);
      this.#field(member, field, type);
      this.#fields.pop();
      this.#path.pop();
      if (isPart && this.found.length === before) fitting.add(member, field);
      if (this.found.length >= this.#limit) return;
    }
  }

  #field(value: Json, [, , type, flags]: TypeField, struct: string): void {
    if (flags.includes('r')) {
      if (Array.isArray(value)) this.#each((value as JsonArray).entries(), type, struct);
      else this.#mismatch(value, 'array', struct, `[]${goName(type)}`);
    } else if (flags.includes('m')) {
      if (isJsonObject(value)) this.#each(Object.entries(value), type, struct);
      else this.#mismatch(value, 'object', struct, `map[string]${goName(type)}`);
    } else this.#value(value, type, struct);
  }

  #each(items: Iterable<readonly [string | number, Json | undefined]>, type: string, struct: string): void {
    for (const [at, item] of items) {
      if (item === undefined) continue;
      this.#path.push(at);
      this.#value(item, type, struct);
      this.#path.pop();
    }
  }

  #value(value: Json, type: string, struct: string): void {
    if (value === null) return;
    const wanted = plain[type];
    if (wanted !== undefined) {
      if (typeof value !== wanted) {
        this.#mismatch(value, wanted === 'number' ? 'integer' : wanted, struct, goName(type));
      } else if (wanted === 'number' && !isInRange(value, type)) {
        const what = shown(value, wanted);
        this.#note(
          value,
          'integer',
          `json: cannot unmarshal ${what} into ${this.#where(struct)} of type ${type}`,
        );
      } else if (type === 'bytes' && typeof value === 'string') this.#base64(value);
      return;
    }
    const reader = selfReaders.get(type);
    if (reader !== undefined) {
      const problem = readers[reader](value);
      if (problem !== undefined) this.#note(value, reader, problem);
      return;
    }
    if (selfReading.has(type) || fieldsOf(type) === undefined) return;
    if (isJsonObject(value)) this.struct(value, type);
    else this.#mismatch(value, 'object', struct, goName(type));
  }

  #base64(text: string): void {
    const bad = standardBase64Error(text);
    if (bad !== -1) this.#note(text, 'base64', `illegal base64 data at input byte ${String(bad)}`);
  }

  #mismatch(value: Json, wanted: TypeMismatch['wanted'], struct: string, type: string): void {
    const message = `json: cannot unmarshal ${goJsonType(value)} into ${this.#where(struct)} of type ${type}`;
    this.#note(value, wanted, message);
  }

  #note(value: Json, wanted: TypeMismatch['wanted'], message: string): void {
    this.found.push({ path: [...this.#path], value, wanted, message });
  }

  /** The field as Go names it. */
  #where(struct: string): string {
    return `Go struct field ${structName(struct)}.${this.#fields.join('.')}`;
  }
}

/** A type as Go prints it: package and name, or the plain type. */
function goName(type: string): string {
  if (goNames[type] !== undefined) return goNames[type];
  if (type.startsWith(bodyPrefix)) return type.slice(bodyPrefix.length);
  const slash = type.lastIndexOf('/');
  if (slash === -1) return type;
  const version = /^v\d/.test(type.slice(slash + 1)) ? type.slice(slash + 1).split('.', 1)[0] : undefined;
  return version === undefined ? structName(type) : `${version}.${structName(type)}`;
}

/** The name of a struct without its package; rows of the table that stand for several versions are named `user.spec`. */
function structName(type: string): string {
  if (type.startsWith(bodyPrefix)) return type.slice(type.lastIndexOf('.') + 1);
  const name = type.slice(type.lastIndexOf('/') + 1);
  return name
    .split('.')
    .filter((part) => !/^v\d/.test(part))
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
