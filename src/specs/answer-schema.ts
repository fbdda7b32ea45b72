import { dig, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { Schema } from './spec-document.js';
import type { Operation } from './spec-index.js';

/** Below this many levels only what is required is made up, and lists are empty. */
const deepest = 5;
const reference = '#/definitions/';

/** The status and schema an operation documents for success; the schema is absent where it says nothing of a body. */
export function documentedSuccess(operation: Operation): {
  readonly status: number;
  readonly schema: Schema | undefined;
} {
  for (const [status, { schema }] of Object.entries(operation.responses))
    if (status.startsWith('2')) return { status: Number(status), schema };
  return { status: 200, schema: undefined };
}

/**
 * A schema without references that says as little as needed to make up a body: cycles are cut, deep parts are left
 * out, and texts look like names.
 */
export function fakeableSchema(schema: Schema, operation: Operation): JsonObject {
  return new Writer(operation).write(schema, 0, []);
}

class Writer {
  readonly #operation: Operation;

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  write(schema: Schema, depth: number, above: readonly string[]): JsonObject {
    const target = schema['$ref'];
    if (typeof target === 'string') {
      const name = target.slice(reference.length);
      const { definitions } = this.#operation.document;
      const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
      return definition === undefined ? {} : this.#named(name, definition, depth, [...above, name]);
    }
    if (Array.isArray(schema['enum'])) return { enum: schema['enum'] as readonly Json[] };
    if (isJsonObject(schema['properties'])) return this.#object(schema, depth, above);
    switch (schema['type']) {
      case 'array':
        return this.#array(schema, depth, above);
      case 'object':
        return { type: 'object', maxProperties: 0 };
      case 'string':
        return textOf(schema['format']);
      case 'integer':
        return { type: 'integer', minimum: 0, maximum: 100 };
      case 'number':
        return { type: 'number', minimum: 0, maximum: 100, multipleOf: 0.5 };
      case 'boolean':
        return { type: 'boolean' };
      default:
        return depth === 0 ? { type: 'object', maxProperties: 0 } : this.#anything();
    }
  }

  /** A definition by its name, which says what kind of object it is. */
  #named(name: string, definition: Schema, depth: number, above: readonly string[]): JsonObject {
    const written = this.write(definition, depth, above);
    const properties = written['properties'];
    if (!isJsonObject(properties) || dig(definition, 'properties', 'metadata') === undefined) return written;
    const kind = name.slice(name.lastIndexOf('.') + 1);
    const [, prefix, group, version] = this.#operation.path.split('/');
    const isGrouped = (prefix === 'kapis' || prefix === 'apis') && version !== undefined;
    return {
      ...written,
      properties: {
        ...properties,
        ...(properties['kind'] !== undefined && { kind: { enum: [kind] } }),
        ...(properties['apiVersion'] !== undefined &&
          isGrouped && { apiVersion: { enum: [`${group ?? ''}/${version}`] } }),
      },
    };
  }

  #object(schema: Schema, depth: number, above: readonly string[]): JsonObject {
    const required = Array.isArray(schema['required']) ? (schema['required'] as readonly string[]) : [];
    const members = Object.entries(schema['properties'] as Record<string, Schema>);
    const kept = members.filter(
      ([name, member]) => required.includes(name) || (depth < deepest && !isCyclic(member, above)),
    );
    const properties = kept.map(([name, member]) => [name, this.write(member, depth + 1, above)] as const);
    // Some documents require what they do not describe.
    const missing = required.filter((name) => !kept.some(([known]) => known === name));
    return {
      type: 'object',
      properties: Object.fromEntries([
        ...properties,
        ...missing.map((name) => [name, textOf(undefined)] as const),
      ]),
      required: [...kept.map(([name]) => name), ...missing],
      additionalProperties: false,
    };
  }

  #array(schema: Schema, depth: number, above: readonly string[]): JsonObject {
    const items = isJsonObject(schema['items']) ? schema['items'] : {};
    if (depth >= deepest || isCyclic(items, above)) return { type: 'array', maxItems: 0 };
    const count = depth <= 1 ? 2 : 1;
    return { type: 'array', items: this.write(items, depth + 1, above), minItems: count, maxItems: count };
  }

  /** Where a document says nothing, objects of Kubernetes are what the server sends. */
  #anything(): JsonObject {
    const properties = { metadata: this.#metadata() };
    return { type: 'object', properties, required: ['metadata'], additionalProperties: false };
  }

  #metadata(): JsonObject {
    const properties = { name: textOf(undefined) };
    return { type: 'object', properties, required: ['name'], additionalProperties: false };
  }
}

function isCyclic(schema: Schema, above: readonly string[]): boolean {
  const target = schema['$ref'];
  if (typeof target === 'string') return above.includes(target.slice(reference.length));
  return isJsonObject(schema['items']) && isCyclic(schema['items'], above);
}

function textOf(format: Json | undefined): JsonObject {
  if (format === 'date-time') return { type: 'string', format: 'date-time' };
  if (format === 'byte') return { enum: ['ZmFrZQ=='] };
  return { type: 'string', pattern: '^[a-z]{5,9}$' };
}
