import { isDeepStrictEqual } from 'node:util';
import { digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import { celName, isSet, itemSchema } from '../../custom-resources/schema-nodes.js';
import { shown } from '../library/texts-of-values.js';
import { withResourceMembers } from '../resource-schema.js';
import { celEquals } from './equality.js';
import { ValueList } from './collections.js';
import { parseSpokenDuration } from './durations.js';
import { parseDateTime, parseDay } from './timestamps.js';
import { CelError, CelList, CelMap, CelOpaque, noOverload, type CelValue } from './value.js';

/**
 * A value as the rules of its schema see it.
 *
 * @throws CelError for a value its schema does not allow
 * @see kubernetes/apiserver pkg/cel/common/values.go UnstructuredToVal
 */
export function valueOfSchema(value: Json, schema: JsonObject): CelValue {
  if (value === null) {
    if (schema['nullable'] === true) return null;
    throw new CelError('invalid data, got null for schema with nullable=false');
  }
  if (isSet(schema, 'x-kubernetes-int-or-string')) {
    if (typeof value === 'string') return value;
    if (Number.isInteger(value)) return BigInt(value as number);
    throw new CelError('invalid data, expected XIntOrString value to be either a string or integer');
  }
  switch (digString(schema, 'type')) {
    case 'object':
      if (isJsonObject(value)) return new SchemaMap(value, schema);
      throw new CelError('invalid data, expected a map for the provided schema with type=object');
    case 'array':
      if (Array.isArray(value)) return listOf(value as readonly Json[], schema);
      throw new CelError('invalid data, expected an array for the provided schema with type=array');
    case 'string':
      if (typeof value === 'string') return textOf(value, digString(schema, 'format'));
      break;
    case 'number':
      if (typeof value === 'number') return value;
      break;
    case 'integer':
      if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    default:
      return new UnknownData(value);
  }
  throw new CelError(`invalid data, expected ${digString(schema, 'type')}`);
}

function textOf(text: string, format: string): CelValue {
  const read = Object.hasOwn(formats, format) ? formats[format] : undefined;
  return read === undefined ? text : read(text);
}

function orThrow<T>(value: T | undefined, why: string): T {
  if (value === undefined) throw new CelError(why);
  return value;
}

const formats: Readonly<Partial<Record<string, (text: string) => CelValue>>> = {
  duration: (text) =>
    orThrow(parseSpokenDuration(text), `Invalid duration ${text}: unable to parse ${text} as duration`),
  date: (text) => orThrow(parseDay(text), `Invalid date formatted string ${text}`),
  'date-time': (text) => orThrow(parseDateTime(text), `Invalid date-time formatted string ${text}`),
  byte: (text) => new Uint8Array(Buffer.from(text, 'base64')),
};

/** Data a schema keeps without describing it: it can only be compared. */
class UnknownData extends CelOpaque {
  readonly typeName = 'unknown';
  readonly #data: Json;

  constructor(data: Json) {
    super();
    this.#data = data;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof UnknownData && isDeepStrictEqual(this.#data, other.#data);
  }
}

function listOf(items: readonly Json[], schema: JsonObject): CelList {
  const inner = itemSchema(schema);
  const read = items.map((item) => (): CelValue => valueOfSchema(item, inner));
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return new SchemaList(read, setKey);
    case 'map': {
      const keys = schema['x-kubernetes-list-map-keys'];
      const names = Array.isArray(keys)
        ? (keys as readonly Json[]).map((key) => celName(typeof key === 'string' ? key : ''))
        : [];
      return new SchemaList(read, (item) => mapKey(item, names));
    }
    default:
      return new SchemaList(read);
  }
}

function setKey(item: CelValue): string {
  return `${typeof item} ${shown(item)}`;
}

function mapKey(item: CelValue, names: readonly string[]): string {
  if (!(item instanceof CelMap)) throw noOverload();
  return JSON.stringify(names.map((name) => setKey(item.find(name) ?? null)));
}

type Read = () => CelValue;

/** A list of a resource. Items of one that is a set or map are told apart by a key: their order says nothing. */
class SchemaList extends CelList {
  readonly #items: readonly Read[];
  readonly #keyOf: ((item: CelValue) => string) | undefined;

  constructor(items: readonly Read[], keyOf?: (item: CelValue) => string) {
    super();
    this.#items = items;
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#items.length;
  }

  at(place: number): CelValue {
    return this.#items[place]?.() ?? null;
  }

  equals(other: CelValue): boolean {
    if (!(other instanceof CelList)) throw noOverload();
    if (other.size !== this.size) return false;
    const keyOf = this.#keyOf;
    if (keyOf === undefined) return [...this].every((item, place) => celEquals(item, other.at(place)));
    const mine = new Map([...this].map((item) => [keyOf(item), item]));
    return [...other].every((item) => {
      const found = mine.get(keyOf(item));
      return found !== undefined && celEquals(found, item);
    });
  }

  plus(other: CelList): CelList {
    const keyOf = this.#keyOf;
    const more = [...other];
    if (keyOf === undefined) return new ValueList([...this, ...more]);
    const items = [...this];
    const places = new Map(items.map((item, place) => [keyOf(item), place]));
    for (const item of more) {
      const key = keyOf(item);
      const place = places.get(key) ?? items.length;
      places.set(key, place);
      items[place] = item;
    }
    return new SchemaList(
      items.map((item) => () => item),
      keyOf,
    );
  }
}

/** An object of a resource: what its schema does not name cannot be asked for. */
class SchemaMap extends CelMap {
  readonly #members: JsonObject;
  readonly #schema: JsonObject;
  readonly #properties: JsonObject | undefined;

  constructor(members: JsonObject, schema: JsonObject) {
    super();
    this.#members = members;
    this.#schema = isSet(schema, 'x-kubernetes-embedded-resource') ? withResourceMembers(schema) : schema;
    const { properties } = this.#schema;
    if (isJsonObject(properties)) this.#properties = properties;
  }

  get size(): number {
    return Object.values(this.#members).filter((member) => member !== undefined).length;
  }

  #schemaOf(key: string): JsonObject | undefined {
    const properties = this.#properties;
    if (properties !== undefined) {
      const found = Object.hasOwn(properties, key) ? properties[key] : undefined;
      return isJsonObject(found) ? found : undefined;
    }
    const rest = this.#schema['additionalProperties'];
    return isJsonObject(rest) ? rest : undefined;
  }

  /** The member rules call so: words of the language may be written as they are, too. */
  #memberNamed(name: string): string | undefined {
    if (Object.hasOwn(this.#members, name) && !name.includes('__')) return name;
    return Object.keys(this.#members).find((one) => celName(one) === name);
  }

  find(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string') throw noOverload();
    const isObject = this.#properties !== undefined;
    const name = isObject ? this.#memberNamed(key) : key;
    const member =
      name === undefined || !Object.hasOwn(this.#members, name) ? undefined : this.#members[name];
    if (name === undefined || member === undefined || (isObject && member === null)) return undefined;
    const schema = this.#schemaOf(name);
    return schema === undefined ? undefined : valueOfSchema(member, schema);
  }

  keys(): Iterable<CelValue> {
    const named = Object.keys(this.#members).filter((key) => this.#schemaOf(key) !== undefined);
    return this.#properties === undefined ? named : named.map(celName);
  }

  equals(other: CelValue): boolean {
    if (!(other instanceof CelMap)) throw noOverload();
    if (other.size !== this.size) return false;
    return Object.entries(this.#members).every(([key, member]) => {
      if (member === undefined) return true;
      const schema = this.#schemaOf(key);
      if (schema !== undefined) {
        const found = other.find(this.#properties === undefined ? key : celName(key));
        return found !== undefined && celEquals(valueOfSchema(member, schema), found);
      }
      if (!(other instanceof SchemaMap)) throw noOverload();
      const theirs = other.#members[key];
      return theirs === undefined || isDeepStrictEqual(member, theirs);
    });
  }
}
