import { digObject, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { Resource } from '../../registry/contract.js';
import { ownSchema as structuralSchema } from '../custom-resources/own/own-schema.js';
import { kindsMember, metaNames, type Published } from './published-schemas.js';
import { typeSchema } from './type-schema.js';

const prefix = '#/definitions/';

/**
 * Adds the schema of a kind, that of its list and everything they refer to, as Swagger 2.0 refers to it.
 *
 * Native kinds have the published schemas; others what their CustomResourceDefinition, the published documents or the table
 * of fields say, in this order.
 *
 * @returns the name of the kind's schema
 */
export function addKind(
  resource: Resource,
  version: string,
  published: Published,
  schemas: Map<string, JsonObject>,
): string {
  const { group, kind, defined } = resource;
  const known = defined === undefined ? published.byKind.get(`${group}/${version}/${kind}`) : undefined;
  const name = known ?? schemaName(resource, version, kind);
  if (known === undefined) {
    schemas.set(name, ownSchema(resource, version, published));
    collect(schemas.get(name) ?? {}, published, schemas);
  } else addPublished(known, published, schemas);
  const list = published.byKind.get(`${group}/${version}/${kind}List`);
  if (list !== undefined && known !== undefined) addPublished(list, published, schemas);
  else if (resource.verbs.includes('list')) {
    const listSchema = schemaOfList(resource, version, name);
    schemas.set(schemaName(resource, version, `${kind}List`), listSchema);
    collect(listSchema, published, schemas);
  }
  return name;
}

/** As the real server names it: the group backwards, version and kind. */
function schemaName({ group }: Resource, version: string, kind: string): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

function ownSchema(resource: Resource, version: string, published: Published): JsonObject {
  const { group, kind, defined, types } = resource;
  const type = types?.[version];
  const given =
    defined?.schema ??
    structuralSchema(resource, version) ??
    (type === undefined ? undefined : typeSchema(type, published));
  const { properties, ...rest } = given ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    ...rest,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      ...(isJsonObject(properties) ? properties : {}),
      metadata: { $ref: prefix + metaNames.object },
    },
    [kindsMember]: [{ group, kind, version }],
  };
}

function schemaOfList({ group, kind }: Resource, version: string, name: string): JsonObject {
  return {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: { $ref: prefix + name } },
      kind: { type: 'string' },
      metadata: { $ref: prefix + metaNames.list },
    },
    [kindsMember]: [{ group, kind: `${kind}List`, version }],
  };
}

function addPublished(name: string, published: Published, schemas: Map<string, JsonObject>): void {
  const definition = published.definitions[name];
  if (definition === undefined || schemas.has(name)) return;
  schemas.set(name, definition);
  collect(definition, published, schemas);
}

/** Adds what a schema refers to. */
function collect(schema: Json, published: Published, schemas: Map<string, JsonObject>): void {
  if (Array.isArray(schema)) {
    for (const one of schema as readonly Json[]) collect(one, published, schemas);
    return;
  }
  if (!isJsonObject(schema)) return;
  const reference = schema['$ref'];
  // A property may be called so as well; it is no text then.
  if (typeof reference === 'string' && reference.startsWith(prefix))
    addPublished(reference.slice(prefix.length), published, schemas);
  for (const member of Object.values(schema)) if (member !== undefined) collect(member, published, schemas);
}

/** A schema with its references where OpenAPI 3 has them. */
export function asOpenApi3(schema: Json): Json {
  if (Array.isArray(schema)) return (schema as readonly Json[]).map(asOpenApi3);
  if (!isJsonObject(schema)) return schema;
  const reference = schema['$ref'];
  if (typeof reference === 'string' && reference.startsWith(prefix)) {
    const { $ref: _reference, ...rest } = schema;
    const target = { $ref: `#/components/schemas/${reference.slice(prefix.length)}` };
    return Object.keys(rest).length === 0 ? target : { ...rest, allOf: [target] };
  }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, value === undefined ? null : asOpenApi3(value)]),
  );
}

/**
 * A schema of a definition without what Swagger 2.0 does not know; what old clients cannot judge takes anything there.
 *
 * @see kubernetes/apiextensions-apiserver pkg/controller/openapi/v2/conversion.go
 */
export function asSwagger2(schema: JsonObject, isRoot = true): JsonObject {
  const { nullable, oneOf: _one, anyOf: _any, allOf: _all, not: _not, ...rest } = schema;
  const isFree = nullable === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const { properties, items, additionalProperties, type, ...others } = rest;
  if (isFree && !isRoot) return others;
  return {
    ...others,
    ...(type !== undefined && { type }),
    ...(isJsonObject(properties) && {
      properties: Object.fromEntries(
        Object.keys(properties).map((key) => [key, asSwagger2(digObject(properties, key), false)]),
      ),
    }),
    ...(isJsonObject(items) && { items: asSwagger2(items, false) }),
    ...(isJsonObject(additionalProperties) && {
      additionalProperties: asSwagger2(additionalProperties, false),
    }),
  };
}
