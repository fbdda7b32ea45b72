import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.js';
import type { Schema, SpecDocument } from '../../../src/specs/spec-document.js';

const reference = '#/definitions/';

/** The least that fits a schema: what it requires, and one item of a list. */
export function leastBody(schema: Schema, document: SpecDocument): Json {
  return least(schema, document, []);
}

/** A value with the members of another one put over it; into each item of a list, unless that is a list as well. */
export function merged(base: Json | undefined, over: Json | undefined): Json {
  if (over === undefined) return base ?? {};
  if (Array.isArray(base) && isJsonObject(over)) return base.map((item: Json) => merged(item, over));
  if (!isJsonObject(base) || !isJsonObject(over)) return over;
  const members = Object.entries(over).map(([name, member]) => [name, merged(base[name], member)] as const);
  return { ...base, ...Object.fromEntries(members) };
}

/** The last part of a definition's name, which is a kind as a rule; empty for a schema without a name. */
export function definitionOf(schema: Schema | undefined): string {
  const target = schema?.['$ref'];
  return typeof target === 'string' ? target.slice(target.lastIndexOf('.') + 1) : '';
}

function least(schema: Schema, document: SpecDocument, above: readonly string[]): Json {
  const target = schema['$ref'];
  if (typeof target === 'string') {
    const name = target.slice(reference.length);
    const definition = Object.hasOwn(document.definitions, name) ? document.definitions[name] : undefined;
    return definition === undefined || above.includes(name)
      ? {}
      : least(definition, document, [...above, name]);
  }
  if (Array.isArray(schema['enum'])) return (schema['enum'] as Json[])[0] ?? null;
  switch (schema['type']) {
    case 'array':
      return above.length > 0 || !isJsonObject(schema['items'])
        ? []
        : [least(schema['items'], document, above)];
    case 'string':
      return schema['format'] === 'date-time' ? '2024-01-10T08:00:00Z' : 'sample';
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    default:
      return members(schema, document, above);
  }
}

function members(schema: Schema, document: SpecDocument, above: readonly string[]): JsonObject {
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly string[]) : [];
  const { properties } = schema;
  return Object.fromEntries(
    required.map((name) => {
      const property = isJsonObject(properties) ? properties[name] : undefined;
      return [name, isJsonObject(property) ? least(property, document, above) : 'sample'];
    }),
  );
}
