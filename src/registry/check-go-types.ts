import { badRequest } from '../core/api-error.js';
import { goJsonType } from '../core/go-json.js';
import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../core/json.js';
import { fieldsOf, type TypeField } from './type-table.js';

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
  'intstr.IntOrString',
  'resource.Quantity',
  'runtime.RawExtension',
]);

/** Go's names of plain types that are not called the same. */
const goNames: Readonly<Record<string, string>> = { bytes: '[]uint8' };

/**
 * Refuses a body whose members are of another JSON type than the fields of a Go struct, with the words of Go's decoder for
 * the first one. Unknown members pass, `null` passes everywhere.
 *
 * @throws ApiError 400, such as `json: cannot unmarshal number into Go struct field UserSpec.spec.email of type string`
 * @see golang/go encoding/json/decode.go
 */
export function checkGoTypes(value: JsonObject, type: string): void {
  checkStruct(value, type, []);
}

function checkStruct(value: JsonObject, type: string, path: readonly string[]): void {
  const fields = fieldsOf(type) ?? [];
  for (const [key, member] of Object.entries(value)) {
    const field = fields.find(([name]) => name === key);
    if (field !== undefined && member !== undefined && member !== null)
      checkField(member, field, type, [...path, key]);
  }
}

function checkField(
  value: Json,
  [, , type, flags]: TypeField,
  struct: string,
  path: readonly string[],
): void {
  const where = `Go struct field ${structName(struct)}.${path.join('.')}`;
  if (flags.includes('r')) {
    if (!Array.isArray(value)) throw mismatch(value, where, `[]${goName(type)}`);
    for (const item of value as JsonArray) checkValue(item, type, where, path);
  } else if (flags.includes('m')) {
    if (!isJsonObject(value)) throw mismatch(value, where, `map[string]${goName(type)}`);
    for (const item of Object.values(value)) if (item !== undefined) checkValue(item, type, where, path);
  } else checkValue(value, type, where, path);
}

function checkValue(value: Json, type: string, where: string, path: readonly string[]): void {
  if (value === null) return;
  const wanted = plain[type];
  if (wanted !== undefined) {
    if (typeof value !== wanted) throw mismatch(value, where, goName(type));
    if (typeof value === 'number' && !Number.isInteger(value)) {
      throw badRequest(`json: cannot unmarshal number ${String(value)} into ${where} of type ${type}`);
    }
    if (type === 'bytes' && typeof value === 'string') checkBase64(value);
    return;
  }
  if (selfReading.has(type) || fieldsOf(type) === undefined) return;
  if (!isJsonObject(value)) throw mismatch(value, where, goName(type));
  checkStruct(value, type, path);
}

function checkBase64(text: string): void {
  const bad = text.search(/[^A-Za-z0-9+/=\r\n]/);
  if (bad !== -1) throw badRequest(`illegal base64 data at input byte ${String(bad)}`);
}

function mismatch(value: Json, where: string, type: string): Error {
  return badRequest(`json: cannot unmarshal ${goJsonType(value)} into ${where} of type ${type}`);
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
