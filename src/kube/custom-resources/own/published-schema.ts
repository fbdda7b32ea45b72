import { isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import type { ReleaseName } from '../../../core/release.js';
import type { Resource } from '../../../registry/contract.js';
import { customDefinitions } from '../../openapi/published-schemas.js';
import { plainTypes } from './type-rules.js';

const prefix = '#/definitions/';
const free: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
/** Deepest nesting of types: a type may hold itself. */
const deepest = 12;

/** Published types that read themselves, by the end of their names. */
const plain: readonly (readonly [end: string, type: string])[] = [
  ['apis.meta.v1.ObjectMeta', 'meta/v1.ObjectMeta'],
  ['apis.meta.v1.Time', 'meta/v1.Time'],
  ['pkg.runtime.RawExtension', 'runtime.RawExtension'],
  ['api.resource.Quantity', 'resource.Quantity'],
];

/** The schema of a kind in the published document of a release, whole; one that takes anything where it is not published. */
export function publishedSchema(
  { group, kind }: Resource,
  version: string,
  release: ReleaseName,
): JsonObject {
  const definitions = customDefinitions(release);
  const path = `.${group.split('.')[0] ?? ''}.${version}.${kind}`;
  const name = Object.keys(definitions).find((one) => one.endsWith(path));
  return name === undefined ? free : (inlined(definitions[name] ?? {}, definitions, 0) as JsonObject);
}

function inlined(schema: Json, definitions: Readonly<Record<string, JsonObject>>, depth: number): Json {
  if (Array.isArray(schema))
    return (schema as readonly Json[]).map((one) => inlined(one, definitions, depth));
  if (!isJsonObject(schema)) return schema;
  const reference = schema['$ref'];
  if (typeof reference === 'string' && reference.startsWith(prefix)) {
    const name = reference.slice(prefix.length);
    const known = plain.find(([end]) => name.endsWith(end));
    if (known !== undefined) return plainTypes[known[1]] ?? free;
    const target = definitions[name];
    return target === undefined || depth >= deepest ? free : inlined(target, definitions, depth + 1);
  }
  const { type, properties, items, additionalProperties, required, format, description } = schema;
  return {
    ...(description !== undefined && { description }),
    ...(format !== undefined && { format }),
    ...(isJsonObject(items) && { items: inlined(items, definitions, depth) }),
    ...(isJsonObject(additionalProperties) && {
      additionalProperties: inlined(additionalProperties, definitions, depth),
    }),
    ...(isJsonObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, one]) => [key, inlined(one ?? {}, definitions, depth)]),
      ),
    }),
    ...(required !== undefined && { required }),
    type: type ?? 'object',
  };
}
