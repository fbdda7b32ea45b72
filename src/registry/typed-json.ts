import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../core/json.js';
import type { Resource } from './contract.js';
import { fieldsOf, type TypeField } from './type-table.js';

type Mutable = Record<string, Json>;

/** Makes objects without a prototype of their own, in which `__proto__` is a member like any other. V8 keeps these fast. */
const PlainMap = function PlainMap() {} as unknown as new () => Mutable;
PlainMap.prototype = Object.freeze(Object.create(null) as object);

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
  const plan = type === undefined ? undefined : planOf(type);
  return plan === undefined ? untyped(object) : printStruct(object, plan);
}

/** An object as Go prints a map: keys sorted at every level. */
export function untyped(object: JsonObject): JsonObject {
  const result: Mutable = new PlainMap();
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

/** A struct's fields, looked at once: objects are printed by the thousand. */
interface StructPlan {
  readonly embedsTypeMeta: boolean;
  readonly fields: readonly FieldPlan[];
}

interface FieldPlan {
  readonly name: string;
  readonly type: string;
  readonly kind: 'embedded' | 'list' | 'map' | 'pointer' | 'plain';
  readonly omitsEmpty: boolean;
  /** True for fields that `omitempty` never leaves out. */
  readonly isStruct: boolean;
}

const plans = new Map<string, StructPlan | undefined>();

/** How a type's fields are printed; `undefined` for types that are no struct of the table. */
function planOf(type: string): StructPlan | undefined {
  const known = plans.get(type);
  if (known !== undefined || plans.has(type)) return known;
  const fields = opaque.has(type) ? undefined : fieldsOf(type);
  const plan = fields && {
    embedsTypeMeta: embedsTypeMeta(type),
    fields: fields.map((field) => planField(field)),
  };
  plans.set(type, plan);
  return plan;
}

function planField([name, , type, flags]: TypeField): FieldPlan {
  const kind =
    name === ''
      ? 'embedded'
      : flags.includes('r')
        ? 'list'
        : flags.includes('m')
          ? 'map'
          : flags.includes('p')
            ? 'pointer'
            : 'plain';
  const isStruct = neverEmpty.has(type) || (!opaque.has(type) && fieldsOf(type) !== undefined);
  return { name, type, kind, omitsEmpty: flags.includes('o'), isStruct };
}

function printStruct(value: JsonObject, plan: StructPlan, result: Mutable = {}): JsonObject {
  if (plan.embedsTypeMeta) {
    for (const key of ['kind', 'apiVersion']) {
      const given = value[key];
      if (typeof given === 'string' && given !== '') result[key] = given;
    }
  }
  for (const field of plan.fields) printField(result, value, field);
  return result;
}

/** Tells whether a struct embeds TypeMeta: those with metadata of their own that are no template do. */
export function embedsTypeMeta(type: string): boolean {
  if (type.endsWith('TemplateSpec') || type.endsWith('.Template')) return false;
  return fieldsOf(type)?.[0]?.[0] === 'metadata';
}

function printField(result: Mutable, value: JsonObject, field: FieldPlan): void {
  const { name, type, omitsEmpty } = field;
  if (field.kind === 'embedded') {
    const plan = planOf(type);
    if (plan !== undefined) printStruct(value, plan, result);
    return;
  }
  const given = Object.hasOwn(value, name) ? value[name] : undefined;
  const isAbsent = given === undefined || given === null;
  if (isAbsent && omitsEmpty && !field.isStruct) return;
  switch (field.kind) {
    case 'list': {
      const items = Array.isArray(given) ? (given as JsonArray) : undefined;
      if (omitsEmpty && !items?.length) return;
      result[name] = items?.map((item) => printValue(item, type)) ?? null;
      return;
    }
    case 'map': {
      const map = isJsonObject(given) ? given : undefined;
      if (omitsEmpty && (map === undefined || Object.keys(map).length === 0)) return;
      result[name] = map === undefined ? null : printMap(map, type);
      return;
    }
    case 'pointer':
      if (!isAbsent) result[name] = printValue(given, type);
      else if (!omitsEmpty) result[name] = null;
      return;
    case 'plain': {
      const printed = isAbsent ? zeroOf(type) : printValue(given, type);
      if (!omitsEmpty || field.isStruct || !isZero(printed)) result[name] = printed;
    }
  }
}

function printMap(map: JsonObject, type: string): JsonObject {
  const result: Mutable = new PlainMap();
  for (const key of Object.keys(map).sort()) {
    const value = map[key];
    if (value !== undefined) result[key] = printValue(value, type);
  }
  return result;
}

/** What a field that is no pointer prints when it is not set. */
function zeroOf(type: string): Json {
  if (type === 'meta/v1.Time' || type === 'meta/v1.MicroTime') return null;
  const plan = planOf(type);
  if (plan !== undefined) return printStruct({}, plan);
  const zero = zeroValues[type];
  return zero === undefined ? '' : zero;
}

function printValue(value: Json, type: string): Json {
  if (type === 'bytes' && typeof value === 'string') return printBytes(value);
  if (typeof value !== 'object' || value === null || opaque.has(type) || Array.isArray(value)) return value;
  const plan = planOf(type);
  return plan === undefined ? untyped(value as JsonObject) : printStruct(value as JsonObject, plan);
}

/** Bytes as Go writes them: without line breaks, with all bits that mean nothing unset. */
function printBytes(text: string): string {
  return /^[A-Za-z0-9+/]*$/.test(text) && text.length % 4 === 0
    ? text
    : Buffer.from(text, 'base64').toString('base64');
}

function isZero(value: Json): boolean {
  return value === '' || value === 0 || value === false || value === null;
}
