import type { JsonObject } from '../../core/json.js';
import { fieldsOf, type TypeField } from '../../registry/type-table.js';
import type { Published } from './published-schemas.js';

const plain: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  bytes: { type: 'string', format: 'byte' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  uint16: { type: 'integer', format: 'int32' },
  float64: { type: 'number', format: 'double' },
};

/** Where types of the table are published. */
const places: readonly (readonly [start: string, published: string])[] = [
  ['core/', 'io.k8s.api.core.'],
  ['rbac/', 'io.k8s.api.rbac.'],
  ['meta/', 'io.k8s.apimachinery.pkg.apis.meta.'],
  ['resource.', 'io.k8s.apimachinery.pkg.api.resource.'],
  ['intstr.', 'io.k8s.apimachinery.pkg.util.intstr.'],
  ['runtime.', 'io.k8s.apimachinery.pkg.runtime.'],
];

/** Deepest nesting of types that are not published: a type may hold itself. */
const deepest = 8;

/** The schema of a type of the table of fields; `undefined` when its fields are not known. */
export function typeSchema(type: string, published: Published): JsonObject | undefined {
  const fields = fieldsOf(type);
  return fields && structSchema(fields, published, 0);
}

function structSchema(fields: readonly TypeField[], published: Published, depth: number): JsonObject {
  const properties: Record<string, JsonObject> = {};
  for (const [name, , type, flags] of fields) {
    if (name === '') {
      const embedded = structSchema(fieldsOf(type) ?? [], published, depth + 1);
      Object.assign(properties, embedded['properties']);
      continue;
    }
    const value = valueSchema(type, published, depth);
    if (flags.includes('r')) properties[name] = { type: 'array', items: value };
    else if (flags.includes('m')) properties[name] = { type: 'object', additionalProperties: value };
    else properties[name] = value;
  }
  return { type: 'object', ...(Object.keys(properties).length > 0 && { properties }) };
}

function valueSchema(type: string, published: Published, depth: number): JsonObject {
  const known = plain[type];
  if (known !== undefined) return known;
  for (const [start, place] of places) {
    const name = place + type.slice(start.length);
    if (type.startsWith(start) && Object.hasOwn(published.definitions, name))
      return { $ref: `#/definitions/${name}` };
  }
  const fields = depth < deepest ? fieldsOf(type) : undefined;
  return fields === undefined
    ? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
    : structSchema(fields, published, depth + 1);
}
