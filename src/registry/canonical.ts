import { canonicalQuantity } from '../core/canonical-quantity.js';
import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Resource, WriteContext } from './contract.js';
import { Passed } from './passed.js';
import { fieldsOf, fieldIndex, type TypeField } from './type-table.js';

/** What a plain field says when it is not set. */
const zeroValues: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['string', ''],
  ['bytes', ''],
  ['bool', false],
  ['int32', 0],
  ['int64', 0],
  ['uint16', 0],
  ['intstr.IntOrString', 0],
  ['resource.Quantity', '0'],
]);

/** Types that read themselves: what the table says of their fields is not what JSON has of them. */
const opaque = new Set([
  'meta/v1.FieldsV1',
  'meta/v1.MicroTime',
  'meta/v1.Unstructured',
  'intstr.IntOrString',
  'runtime.RawExtension',
]);

/** How a field is brought into its one form. */
interface FieldPlan {
  readonly type: string;
  readonly kind: 'list' | 'map' | 'pointer' | 'plain';
  readonly isStruct: boolean;
}

const plans = new Map<string, ReadonlyMap<string, FieldPlan> | undefined>();

function planOf(type: string): ReadonlyMap<string, FieldPlan> | undefined {
  const known = plans.get(type);
  if (known !== undefined || plans.has(type)) return known;
  const fields = opaque.has(type) ? undefined : fieldIndex(type);
  const plan =
    fields && new Map([...fields].map(([name, field]): [string, FieldPlan] => [name, planField(field)]));
  plans.set(type, plan);
  return plan;
}

function planField([, , type, flags]: TypeField): FieldPlan {
  const kind = flags.includes('r')
    ? 'list'
    : flags.includes('m')
      ? 'map'
      : flags.includes('p')
        ? 'pointer'
        : 'plain';
  return { type, kind, isStruct: !opaque.has(type) && fieldsOf(type) !== undefined };
}

/**
 * A native object in the one form of all those that mean the same to Kubernetes: what is `null`, empty or zero and cannot
 * be told from what is not there is left out, quantities and times are as they are written back.
 * Metadata and members the type does not have stay as they are; an object that is in that form already is itself.
 *
 * @param type A member of the table of types.
 * @see kubernetes/apimachinery pkg/api/equality/semantic.go
 */
export function canonicalStruct(object: JsonObject, type: string): JsonObject {
  const plan = planOf(type);
  return plan === undefined ? object : reduceStruct(object, plan, true);
}

/** {@link canonicalStruct} of an object of a kind; of a kind that is no struct, the object itself. */
export function canonicalObject<T extends JsonObject>(object: T, resource: Resource): T {
  const type = structOf(object, resource);
  return type === undefined ? object : (canonicalStruct(object, type) as T);
}

function structOf({ apiVersion }: JsonObject, { custom, types, versions }: Resource): string | undefined {
  if (custom || types === undefined) return undefined;
  const version = typeof apiVersion === 'string' ? apiVersion.slice(apiVersion.indexOf('/') + 1) : '';
  return types[version] ?? types[versions[0] ?? ''];
}

const read = new WeakMap<KubeObject, KubeObject>();

/**
 * An object that is stored as Kubernetes reads it from its store: in its {@link canonicalObject} form, with the defaults of
 * its kind, though it was loaded without.
 */
export function storedMeaning(object: KubeObject, resource: Resource, context: WriteContext): KubeObject {
  const known = read.get(object);
  if (known !== undefined) return known;
  const completed = resource.custom ? object : (resource.hooks?.prepare?.(object, object, context) ?? object);
  const result = canonicalObject(completed, resource);
  read.set(object, result);
  return result;
}

/** Parts of objects that are in their one form. */
const reduced = new Passed();

function reduceStruct(object: JsonObject, plan: ReadonlyMap<string, FieldPlan>, isRoot = false): JsonObject {
  let isSame = Object.getPrototypeOf(object) === Object.prototype;
  const kept: [string, Json][] = [];
  for (const key of Object.keys(object)) {
    const given = object[key];
    const field = plan.get(key);
    const isKept = field === undefined || (isRoot && (key === 'metadata' || reduced.has(given, field)));
    const value = isKept ? given : reduceField(given, field);
    if (isRoot && value === given) reduced.add(given, field);
    isSame &&= value === given && value !== undefined;
    if (value !== undefined) kept.push([key, value]);
  }
  return isSame ? object : Object.fromEntries(kept);
}

/** `undefined`: as if the field were not set. */
function reduceField(given: Json | undefined, { kind, type, isStruct }: FieldPlan): Json | undefined {
  if (given === null || given === undefined) return undefined;
  switch (kind) {
    case 'list':
      if (!Array.isArray(given)) return given;
      return given.length === 0 ? undefined : reduceList(given as JsonArray, type, isStruct);
    case 'map': {
      if (!isJsonObject(given)) return given;
      const reduced = reduceMap(given, type, isStruct);
      return Object.keys(reduced).length === 0 ? undefined : reduced;
    }
    case 'pointer':
      return reduceValue(given, type, isStruct);
    case 'plain': {
      const value = reduceValue(given, type, isStruct);
      if (isStruct && isJsonObject(value) && Object.keys(value).length === 0) return undefined;
      return value === zeroValues.get(type) ? undefined : value;
    }
  }
}

function reduceList(items: JsonArray, type: string, isStruct: boolean): JsonArray {
  const reduced = items.map((item) => reduceItem(item, type, isStruct));
  return reduced.every((item, at) => item === items[at]) ? items : reduced;
}

function reduceMap(map: JsonObject, type: string, isStruct: boolean): JsonObject {
  let isSame = Object.getPrototypeOf(map) === Object.prototype;
  const members: [string, Json][] = [];
  for (const key of Object.keys(map)) {
    const given = map[key];
    const value = reduceItem(given ?? null, type, isStruct);
    isSame &&= value === given;
    members.push([key, value]);
  }
  return isSame ? map : Object.fromEntries(members);
}

/** Go makes a zero value of `null` in a list or map. */
function reduceItem(item: Json, type: string, isStruct: boolean): Json {
  if (item !== null) return reduceValue(item, type, isStruct);
  return isStruct ? {} : (zeroValues.get(type) ?? null);
}

function reduceValue(value: Json, type: string, isStruct: boolean): Json {
  if (isStruct) {
    const plan = isJsonObject(value) ? planOf(type) : undefined;
    return plan === undefined ? value : reduceStruct(value as JsonObject, plan);
  }
  switch (type) {
    case 'resource.Quantity': {
      const read = canonicalQuantity(
        typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '',
      );
      return 'text' in read ? read.text : value;
    }
    case 'meta/v1.Time':
      return typeof value === 'string' ? canonicalTime(value) : value;
    case 'meta/v1.MicroTime':
      return typeof value === 'string' ? canonicalMicroTime(value) : value;
    default:
      return value;
  }
}

const utcTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** A moment in UTC with whole seconds, which is all a `meta/v1.Time` keeps. */
function canonicalTime(text: string): string {
  if (utcTime.test(text)) return text;
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** A moment in UTC with microseconds, as a `meta/v1.MicroTime` is written. */
function canonicalMicroTime(text: string): string {
  const [, fraction] = /\.(\d{6})[-+]/.exec(text) ?? [];
  const at = Date.parse(text);
  if (fraction === undefined || Number.isNaN(at)) return text;
  return `${new Date(at).toISOString().slice(0, 19)}.${fraction}Z`;
}
