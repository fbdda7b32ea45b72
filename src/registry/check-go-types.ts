import { badRequest } from '../core/api-error.js';
import { goJsonType } from '../core/go-json.js';
import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../core/json.js';
import { parseQuantity } from '../core/quantity.js';
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

/** Types that read themselves; what is wrong with them shows when the object is written. */
const selfReading = new Set([
  'meta/v1.Time',
  'meta/v1.MicroTime',
  'meta/v1.Duration',
  'meta/v1.FieldsV1',
  'runtime.RawExtension',
]);

/** Go's names of plain types that are not called the same. */
const goNames: Readonly<Record<string, string>> = { bytes: '[]uint8' };

/** A member of another JSON type than its field. */
export interface TypeMismatch {
  readonly path: readonly (string | number)[];
  readonly value: Json;
  /** The JSON type it must have. */
  readonly wanted:
    'string' | 'boolean' | 'number' | 'integer' | 'array' | 'object' | 'base64' | 'quantity' | 'intOrString';
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
      this.#path.push(key);
      this.#fields.push(key);
      this.#field(member, field, type);
      this.#fields.pop();
      this.#path.pop();
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
      const isWhole = wanted === 'number' && typeof value === 'number';
      if (typeof value !== wanted) {
        this.#mismatch(value, wanted === 'number' ? 'integer' : wanted, struct, goName(type));
      } else if (isWhole && !Number.isInteger(value)) {
        const what = `number ${String(value)}`;
        this.#note(
          value,
          'integer',
          `json: cannot unmarshal ${what} into ${this.#where(struct)} of type ${type}`,
        );
      } else if (type === 'bytes' && typeof value === 'string') this.#base64(value);
      return;
    }
    if (type === 'resource.Quantity') this.#quantity(value);
    else if (type === 'intstr.IntOrString') this.#intOrString(value);
    if (selfReading.has(type) || fieldsOf(type) === undefined) return;
    if (isJsonObject(value)) this.struct(value, type);
    else this.#mismatch(value, 'object', struct, goName(type));
  }

  #base64(text: string): void {
    const bad = text.search(/[^A-Za-z0-9+/=\r\n]/);
    if (bad !== -1) this.#note(text, 'base64', `illegal base64 data at input byte ${String(bad)}`);
  }

  /** @see kubernetes/apimachinery pkg/api/resource/quantity.go ParseQuantity */
  #quantity(value: Json): void {
    const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
    if (parseQuantity(text) !== undefined) return;
    const why = /^[+-]?(\d+\.?\d*|\.\d+)[eEinumkKMGTP]*[-+]?\d*$/.test(text)
      ? "unable to parse quantity's suffix"
      : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    this.#note(value, 'quantity', why);
  }

  #intOrString(value: Json): void {
    if (typeof value === 'string' || Number.isInteger(value)) return;
    const given = typeof value === 'number' ? `number ${String(value)}` : goJsonType(value);
    this.#note(value, 'intOrString', `json: cannot unmarshal ${given} into Go value of type int32`);
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
  const slash = type.lastIndexOf('/');
  if (slash === -1) return type;
  const version = /^v\d/.test(type.slice(slash + 1)) ? type.slice(slash + 1).split('.', 1)[0] : undefined;
  return version === undefined ? structName(type) : `${version}.${structName(type)}`;
}

/** The name of a struct without its package; rows of the table that stand for several versions are named `user.spec`. */
function structName(type: string): string {
  const name = type.slice(type.lastIndexOf('/') + 1);
  return name
    .split('.')
    .filter((part) => !/^v\d/.test(part))
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
