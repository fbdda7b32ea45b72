import { digObject, digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import { celName, isSet } from '../../custom-resources/schema-nodes.js';
import { withResourceMembers } from '../resource-schema.js';
import { listType, mapType, scalarTypes, structType, type CelType } from './cel-type.js';

/** What a schema says of its values: their type, and how large they can be. */
export interface SchemaType {
  readonly type: CelType;
  /** Characters, items or entries there can be. */
  readonly most: number;
  /** Bytes of the shortest value in a request. */
  readonly least: number;
  readonly members?: ReadonlyMap<string, SchemaType>;
  /** Of items, or of the values of a map. */
  readonly item?: SchemaType;
  readonly key?: SchemaType;
}

/** Bytes of the largest request. */
export const largestRequest: number = 3 * 1024 * 1024;

function scalar(type: CelType, least: number, most = 0): SchemaType {
  return { type, least, most };
}

const mapKey = scalar(scalarTypes.string, 2);

/**
 * The type of the values of a schema; `undefined` where rules do not see them.
 *
 * @param isRoot Whether it is that of a whole resource.
 * @param name That of its type in messages.
 * @see kubernetes/apiserver pkg/cel/common/schemas.go SchemaDeclType
 */
export function typeOfSchema(given: JsonObject, isRoot: boolean, name: string): SchemaType | undefined {
  if (isSet(given, 'x-kubernetes-int-or-string')) return scalar(scalarTypes.dyn, 1, largestRequest - 2);
  const schema = isRoot ? withResourceMembers(given) : given;
  switch (digString(schema, 'type')) {
    case 'array':
      return arrayType(schema, name);
    case 'object':
      return objectType(schema, name);
    case 'string':
      return textType(schema);
    case 'boolean':
      return scalar(scalarTypes.bool, 4);
    case 'number':
      return scalar(scalarTypes.double, 1);
    case 'integer':
      return scalar(scalarTypes.int, 1);
    default:
      return undefined;
  }
}

function within(schema: Json | undefined, name: string): SchemaType | undefined {
  if (!isJsonObject(schema)) return undefined;
  return typeOfSchema(schema, isSet(schema, 'x-kubernetes-embedded-resource'), name);
}

function limit(schema: JsonObject, key: string): number | undefined {
  const value = schema[key];
  return typeof value === 'number' ? Math.max(value, 0) : undefined;
}

function arrayType(schema: JsonObject, name: string): SchemaType | undefined {
  const item = within(schema['items'], `${name}.@idx`);
  if (item === undefined) return undefined;
  const most = limit(schema, 'maxItems') ?? Math.floor((largestRequest - 2) / (item.least + 1));
  return { type: listType(item.type), least: 2, most, item };
}

function objectType(schema: JsonObject, name: string): SchemaType | undefined {
  const rest = schema['additionalProperties'];
  if (isJsonObject(rest)) {
    const item = within(rest, `${name}.@elem`);
    if (item === undefined) return undefined;
    const most = limit(schema, 'maxProperties') ?? Math.floor((largestRequest - 2) / (item.least + 6));
    return { type: mapType(scalarTypes.string, item.type), least: 2, most, key: mapKey, item };
  }
  const { required } = schema;
  const needed = new Set(Array.isArray(required) ? (required as readonly Json[]) : []);
  const members = new Map<string, SchemaType>();
  let least = 2;
  for (const [key, property] of Object.entries(digObject(schema, 'properties'))) {
    const member = within(property, `${name}.${celName(key)}`);
    if (member === undefined) continue;
    if (isNameable(key)) members.set(celName(key), member);
    if (needed.has(key) && digObject(property)['default'] === undefined)
      least += key.length + member.least + 4;
  }
  const types = new Map(Array.from(members, ([key, { type }]) => [key, type]));
  return { type: structType(name, types), least, most: 0, members };
}

/** Whether rules can name a member. */
function isNameable(key: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_./-]*$/.test(key);
}

function textType(schema: JsonObject): SchemaType {
  const longest = limit(schema, 'maxLength');
  switch (digString(schema, 'format')) {
    case 'byte':
      return scalar(scalarTypes.bytes, 2, longest ?? largestRequest - 2);
    case 'duration':
      return scalar(scalarTypes.duration, 3, 32);
    case 'date':
      return scalar(scalarTypes.timestamp, 12, 12);
    case 'date-time':
      return scalar(scalarTypes.timestamp, 21, 32);
    default: {
      // A character takes up to four bytes.
      if (longest !== undefined) return scalar(scalarTypes.string, 2, longest * 4);
      const all = schema['enum'];
      const lengths = Array.isArray(all)
        ? (all as readonly Json[])
            .filter((one) => typeof one === 'string')
            .map((one) => Buffer.byteLength(one))
        : [];
      const isEnum = Array.isArray(all) && all.length > 0;
      return scalar(scalarTypes.string, 2, isEnum ? Math.max(0, ...lengths) : largestRequest - 2);
    }
  }
}
