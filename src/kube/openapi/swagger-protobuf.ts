import { encodeYaml } from '../../core/go-yaml.js';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';

/** Media type of a Swagger document in protobuf. */
export const protobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * A Swagger 2.0 document as a gnostic `openapi.v2.Document`.
 *
 * @see google/gnostic openapiv2/OpenAPIv2.proto
 */
export function swaggerProtobuf(document: JsonObject): Buffer {
  const info = digObject(document, 'info');
  return message(
    text(1, digString(document, 'swagger')),
    field(2, message(text(1, digString(info, 'title')), text(2, digString(info, 'version')))),
    field(8, message(...named(2, digObject(document, 'paths'), pathItem))),
    field(9, message(...named(1, digObject(document, 'definitions'), schema))),
  );
}

function pathItem(item: JsonObject): Buffer {
  const numbers = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };
  return message(
    ...Object.entries(numbers).flatMap(([method, number]) =>
      isJsonObject(item[method]) ? [field(number, operation(item[method]))] : [],
    ),
  );
}

function operation(given: JsonObject): Buffer {
  return message(
    ...texts(6, given['produces']),
    ...texts(7, given['consumes']),
    ...digArray(given, 'parameters').flatMap((one) =>
      isJsonObject(one) ? [field(8, field(1, parameter(one)))] : [],
    ),
    field(9, message(...named(1, digObject(given, 'responses'), response))),
    ...extensions(13, given),
  );
}

function response(given: JsonObject): Buffer {
  const answered = digObject(given, 'schema');
  return field(1, message(text(1, digString(given, 'description')), field(2, field(1, schema(answered)))));
}

function parameter(given: JsonObject): Buffer {
  const name = digString(given, 'name');
  if (given['in'] === 'body') {
    const body = message(
      text(2, name),
      text(3, 'body'),
      flag(4, true),
      field(5, schema(digObject(given, 'schema'))),
    );
    return field(1, body);
  }
  const query = message(text(2, 'query'), text(4, name), text(6, digString(given, 'type')), flag(20, true));
  return field(2, field(3, query));
}

/** How members of a schema lie on the wire; what is not listed has no place there. */
const members: Readonly<Record<string, (value: Json) => readonly Buffer[]>> = {
  $ref: (value) => [text(1, plainText(value))],
  format: (value) => [text(2, plainText(value))],
  title: (value) => [text(3, plainText(value))],
  description: (value) => [text(4, plainText(value))],
  default: (value) => [field(5, anything(value))],
  multipleOf: (value) => [double(6, value)],
  maximum: (value) => [double(7, value)],
  exclusiveMaximum: (value) => [flag(8, value)],
  minimum: (value) => [double(9, value)],
  exclusiveMinimum: (value) => [flag(10, value)],
  maxLength: (value) => [integer(11, value)],
  minLength: (value) => [integer(12, value)],
  pattern: (value) => [text(13, plainText(value))],
  maxItems: (value) => [integer(14, value)],
  minItems: (value) => [integer(15, value)],
  uniqueItems: (value) => [flag(16, value)],
  maxProperties: (value) => [integer(17, value)],
  minProperties: (value) => [integer(18, value)],
  required: (value) => texts(19, value),
  enum: (value) =>
    Array.isArray(value) ? (value as readonly Json[]).map((one) => field(20, anything(one))) : [],
  additionalProperties: (value) => [
    field(21, isJsonObject(value) ? field(1, schema(value)) : flag(2, value)),
  ],
  type: (value) => [field(22, message(...texts(1, [value].flat())))],
  items: (value) => (isJsonObject(value) ? [field(23, field(1, schema(value)))] : []),
  allOf: (value) =>
    Array.isArray(value)
      ? (value as readonly Json[]).filter(isJsonObject).map((one) => field(24, schema(one)))
      : [],
  properties: (value) => (isJsonObject(value) ? [field(25, message(...named(1, value, schema)))] : []),
  example: (value) => [field(30, anything(value))],
};

function schema(given: JsonObject): Buffer {
  const known = Object.entries(given).flatMap(([key, value]) =>
    value === undefined || !Object.hasOwn(members, key) ? [] : (members[key]?.(value) ?? []),
  );
  return message(...known, ...extensions(31, given));
}

/** A map as gnostic has it: a list of names and values. */
function named(number: number, map: JsonObject, encode: (value: JsonObject) => Buffer): Buffer[] {
  return Object.entries(map).flatMap(([name, value]) =>
    isJsonObject(value) ? [field(number, message(text(1, name), field(2, encode(value))))] : [],
  );
}

function extensions(number: number, given: JsonObject): Buffer[] {
  return Object.entries(given).flatMap(([name, value]) =>
    name.startsWith('x-') && value !== undefined
      ? [field(number, message(text(1, name), field(2, anything(value))))]
      : [],
  );
}

/** Any value: as YAML. */
function anything(value: Json): Buffer {
  return text(2, encodeYaml(value));
}

function plainText(value: Json): string {
  return typeof value === 'string' ? value : '';
}

function message(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

function text(number: number, value: string): Buffer {
  return value === '' ? Buffer.alloc(0) : field(number, Buffer.from(value));
}

function texts(number: number, values: Json | undefined): Buffer[] {
  return Array.isArray(values)
    ? (values as readonly Json[]).flatMap((one) => (typeof one === 'string' ? [text(number, one)] : []))
    : [];
}

function flag(number: number, value: Json): Buffer {
  return value === true ? Buffer.concat([varint(number << 3), Buffer.from([1])]) : Buffer.alloc(0);
}

function integer(number: number, value: Json): Buffer {
  if (typeof value !== 'number' || value <= 0) return Buffer.alloc(0);
  return Buffer.concat([varint(number << 3), varint(Math.trunc(value))]);
}

function double(number: number, value: Json): Buffer {
  if (typeof value !== 'number' || value === 0) return Buffer.alloc(0);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint((number << 3) | 1), bytes]);
}

/** A length-delimited field. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
