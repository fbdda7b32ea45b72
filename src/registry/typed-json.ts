import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../core/json.js';
import type { Resource } from './contract.js';
import { fieldsOf, type TypeField } from './type-table.js';

type Mutable = Record<string, Json>;

/** Go's zero value of a type that is no struct of ours. */
const zeroValues: Readonly<Record<string, Json>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  uint16: 0,
  bytes: null,
  'intstr.IntOrString': 0,
  'resource.Quantity': '0',
  'runtime.RawExtension': null,
  'meta/v1.FieldsV1': {},
};

/** Types that print something other than their fields. */
const opaque = new Set([
  'meta/v1.Time',
  'meta/v1.MicroTime',
  'meta/v1.Duration',
  'meta/v1.FieldsV1',
  'intstr.IntOrString',
  'resource.Quantity',
  'runtime.RawExtension',
]);

/** Structs that `omitempty` never leaves out: Go's encoder knows no empty struct. */
const neverEmpty = new Set([...opaque].filter((type) => type !== 'meta/v1.FieldsV1'));

/**
 * An object as the Go struct of its kind prints it: members in the order of the struct, unknown ones dropped, zero values
 * where the struct does not leave them out, `null` for times that are not set. kind and apiVersion come first when the
 * object has them. A kind without a known type is printed with sorted keys.
 *
 * @param version Decides the type; a kind may have another in each version.
 * @see golang/go encoding/json
 */
export function typed(object: JsonObject, resource: Pick<Resource, 'types'>, version: string): JsonObject {
  const type = resource.types?.[version];
  if (type === undefined || fieldsOf(type) === undefined) return untyped(object);
  return printStruct(object, type);
}

/** An object as Go prints a map: keys sorted at every level. */
export function untyped(object: JsonObject): JsonObject {
  const result = Object.create(null) as Mutable;
  for (const key of Object.keys(object).sort()) {
    const value = object[key];
    if (value !== undefined) result[key] = sortKeys(value);
  }
  return result;
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return (value as JsonArray).map(sortKeys);
  return isJsonObject(value) ? untyped(value) : value;
}

function printStruct(value: JsonObject, type: string): JsonObject {
  const result = Object.create(null) as Mutable;
  const fields = fieldsOf(type) ?? [];
  if (embedsTypeMeta(type)) {
    for (const key of ['kind', 'apiVersion']) {
      const given = value[key];
      if (typeof given === 'string' && given !== '') result[key] = given;
    }
  }
  for (const field of fields) printField(result, value, field);
  return result;
}

/** Tells whether a struct embeds TypeMeta: those with metadata of their own that are no template do. */
export function embedsTypeMeta(type: string): boolean {
  if (type.endsWith('TemplateSpec') || type.endsWith('.Template')) return false;
  return fieldsOf(type)?.[0]?.[0] === 'metadata';
}

function printField(result: Mutable, value: JsonObject, [name, , type, flags]: TypeField): void {
  if (name === '') {
    Object.assign(result, printStruct(value, type));
    return;
  }
  const given = Object.hasOwn(value, name) ? value[name] : undefined;
  const omits = flags.includes('o');
  if (flags.includes('r')) {
    const items = Array.isArray(given) ? (given as JsonArray) : undefined;
    if (items === undefined ? !omits : items.length > 0 || !omits) {
      result[name] = items?.map((item) => printValue(item, type)) ?? null;
    }
  } else if (flags.includes('m')) {
    const map = isJsonObject(given) ? given : undefined;
    if (map === undefined ? !omits : Object.keys(map).length > 0 || !omits) {
      result[name] = map === undefined ? null : printMap(map, type);
    }
  } else if (flags.includes('p')) {
    if (given !== undefined && given !== null) result[name] = printValue(given, type);
    else if (!omits) result[name] = null;
  } else {
    const printed = printPlain(given, type);
    if (!omits || isStruct(type) || !isZero(printed)) result[name] = printed;
  }
}

function printMap(map: JsonObject, type: string): JsonObject {
  const result = Object.create(null) as Mutable;
  for (const key of Object.keys(map).sort()) {
    const value = map[key];
    if (value !== undefined) result[key] = printValue(value, type);
  }
  return result;
}

/** A field that is no pointer: absent means its zero value. */
function printPlain(given: Json | undefined, type: string): Json {
  if (given !== undefined && given !== null) return printValue(given, type);
  if (type === 'meta/v1.Time' || type === 'meta/v1.MicroTime') return null;
  if (!opaque.has(type) && fieldsOf(type) !== undefined) return printStruct({}, type);
  return zeroValues[type] ?? '';
}

function printValue(value: Json, type: string): Json {
  if (opaque.has(type)) return value;
  if (isJsonObject(value)) return fieldsOf(type) === undefined ? untyped(value) : printStruct(value, type);
  return value;
}

function isStruct(type: string): boolean {
  return neverEmpty.has(type) || (!opaque.has(type) && fieldsOf(type) !== undefined);
}

function isZero(value: Json): boolean {
  return value === '' || value === 0 || value === false || value === null;
}
