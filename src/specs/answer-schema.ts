import { dig, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { finiteSchemas, type FiniteSchemas } from './finite-schemas.js';
import { mergeSchemas, typesOf } from './merge-schemas.js';
import type { Schema } from './spec-document.js';
import type { Operation } from './spec-index.js';
import { textSchema } from './text-schema.js';
import { Unsatisfiable } from './unsatisfiable.js';
import { fitsSchema } from './validators.js';

/** Below this many levels only what is required is made up, and lists are as short as may be. */
const deepest = 5;
/** Items and members made up at most, however many a schema asks for. */
const most = 10_000;
const reference = '#/definitions/';

/** Makes up a text that fits a schema; the same seed gives the same one. */
export type MakeText = (schema: JsonObject, seed: number) => string;

/**
 * A schema without references and choices that a body can be made up from: optional parts that are deep or cyclic are left
 * out, and texts look like names.
 *
 * @param attempt Each decides for other parts of `oneOf` and `anyOf`; the first one for the simplest
 * @throws Unsatisfiable when no value fits
 */
export function fakeableSchema(
  schema: Schema,
  operation: Operation,
  attempt: number,
  makeText: MakeText,
): JsonObject {
  return new Writer(operation, attempt, makeText).write(schema, '', 0, []);
}

class Writer {
  readonly #operation: Operation;
  readonly #finite: FiniteSchemas;
  readonly #attempt: number;
  readonly #makeText: MakeText;
  #choices = 0;

  constructor(operation: Operation, attempt: number, makeText: MakeText) {
    this.#operation = operation;
    this.#makeText = makeText;
    this.#finite = finiteSchemas(operation.document);
    this.#attempt = attempt;
  }

  /** @param name Of the member it is for; empty at the top and in lists */
  write(schema: Schema, name: string, depth: number, above: readonly string[]): JsonObject {
    if (this.#finite.heightOf(schema) === Infinity) throw this.#endless(schema);
    const target = definitionName(schema);
    const path = target === undefined ? above : [...above, target];
    const flat = this.#flat(schema, depth);
    if (Array.isArray(flat['enum'])) return { enum: flat['enum'] as readonly Json[] };
    if (flat['const'] !== undefined) return { const: flat['const'] };
    const written = this.#typed(flat, name, depth, path);
    return target === undefined ? written : this.#named(target, flat, written);
  }

  #typed(flat: Schema, name: string, depth: number, above: readonly string[]): JsonObject {
    switch (this.#typeOf(flat)) {
      case 'array':
        return this.#array(flat, depth, above);
      case 'object':
        return this.#object(flat, depth, above);
      case 'string':
        return textSchema(flat, definitionKind(above) ?? name);
      case 'integer':
        return numberSchema(flat, 'integer');
      case 'number':
        return numberSchema(flat, 'number');
      case 'boolean':
        return { type: 'boolean' };
      case 'null':
        return { type: 'null' };
      default:
        return depth === 0 ? { type: 'object', maxProperties: 0 } : this.#anything(flat);
    }
  }

  /** The type it is made up with: what it names, or what its rules are about. */
  #typeOf(flat: Schema): string | undefined {
    const { type } = flat;
    const types = typesOf(type);
    if (type !== undefined && types.length === 0)
      throw new Unsatisfiable('one of its parts must be of two types at once');
    const real = types.filter((each) => each !== 'null');
    if (types.length > 0) return real.length === 0 ? 'null' : real[this.#choose(real.length)];
    return Object.entries(typeOfRule).find(([rule]) => flat[rule] !== undefined)?.[1];
  }

  /** What a schema says by itself, through references, and in all parts of `allOf`; choices are decided. */
  #flat(schema: Schema, depth: number): Schema {
    const target = definitionName(schema);
    if (target !== undefined) return this.#flat(this.#definition(target), depth);
    const { allOf, oneOf, anyOf, example, examples, ...own } = schema;
    const given = this.#examples(schema, example, examples);
    if (given.length > 0) return { enum: given };
    let flat: Schema = own;
    for (const part of partsOf(allOf)) flat = mergeSchemas(flat, this.#flat(part, depth));
    for (const parts of [oneOf, anyOf]) {
      const branches = this.#ordered(partsOf(parts), depth);
      const chosen = branches[this.#choose(branches.length)];
      if (chosen !== undefined) flat = mergeSchemas(flat, this.#flat(chosen, depth));
    }
    return flat;
  }

  /** Examples a schema gives for itself, as far as they fit it. */
  #examples(schema: Schema, one: Json | undefined, several: Json | undefined): readonly Json[] {
    const all = [
      ...(one === undefined ? [] : [one]),
      ...(Array.isArray(several) ? (several as readonly Json[]) : []),
    ];
    if (all.length === 0) return [];
    return all.filter((value) => fitsSchema(schema, this.#operation.document, value));
  }

  /** Branches that end, the flattest first once only what is needed is made up. */
  #ordered(branches: readonly Schema[], depth: number): readonly Schema[] {
    const finite = branches.filter((branch) => this.#finite.heightOf(branch) < Infinity);
    if (depth < deepest) return finite;
    const least = Math.min(...finite.map((branch) => this.#finite.heightOf(branch)));
    return finite.filter((branch) => this.#finite.heightOf(branch) === least);
  }

  #choose(count: number): number {
    if (count <= 1 || this.#attempt === 0) return 0;
    this.#choices += 1;
    return (Math.imul(this.#attempt + this.#choices, 0x9e3779b1) >>> 8) % count;
  }

  #definition(name: string): Schema {
    const { definitions } = this.#operation.document;
    return (Object.hasOwn(definitions, name) ? definitions[name] : undefined) ?? {};
  }

  #endless(schema: Schema): Unsatisfiable {
    const name = definitionName(schema) ?? this.#endlessPart(schema, 0);
    return new Unsatisfiable(
      name === undefined
        ? 'nothing fits one of its parts'
        : `no value of the definition "${name}" ends: it requires itself`,
    );
  }

  #endlessPart(value: Json | undefined, depth: number): string | undefined {
    if (depth > 100 || typeof value !== 'object' || value === null) return undefined;
    const name = isJsonObject(value) ? definitionName(value) : undefined;
    if (name !== undefined && this.#finite.heightOf({ $ref: reference + name }) === Infinity) return name;
    for (const part of Object.values(value) as Json[]) {
      const found = this.#endlessPart(part, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A definition by its name, which says what kind of object it is. */
  #named(name: string, flat: Schema, written: JsonObject): JsonObject {
    const properties = written['properties'];
    if (!isJsonObject(properties) || dig(flat, 'properties', 'metadata') === undefined) return written;
    const kind = name.slice(name.lastIndexOf('.') + 1);
    const [, prefix, group, version] = this.#operation.path.split('/');
    const isGrouped = (prefix === 'kapis' || prefix === 'apis') && version !== undefined;
    const isFree = (member: string): boolean => isPlainText(dig(flat, 'properties', member));
    return {
      ...written,
      properties: {
        ...properties,
        ...(properties['kind'] !== undefined && isFree('kind') && { kind: { enum: [kind] } }),
        ...(properties['apiVersion'] !== undefined &&
          isGrouped &&
          isFree('apiVersion') && { apiVersion: { enum: [`${group ?? ''}/${version}`] } }),
      },
    };
  }

  #object(flat: Schema, depth: number, above: readonly string[]): JsonObject {
    const required = Array.isArray(flat['required']) ? (flat['required'] as readonly string[]) : [];
    const { properties: described, minProperties, maxProperties } = flat;
    const members = Object.entries((isJsonObject(described) ? described : {}) as Record<string, Schema>);
    const least = numberOf(minProperties) ?? 0;
    const kept = members.filter(
      ([name, member]) =>
        required.includes(name) ||
        (this.#finite.heightOf(member) < Infinity && depth < deepest && !isCyclic(member, above)),
    );
    const properties = new Map<string, JsonObject>();
    const add = (name: string, member: Schema): void => {
      properties.set(name, this.write(member, name, depth + 1, above));
    };
    for (const [name, member] of kept) add(name, member);
    // Some documents require what they do not describe.
    for (const name of required)
      if (!properties.has(name)) add(name, this.#other(flat, name) ?? { type: 'string' });
    this.#fill(flat, properties, least, depth, above);
    const limit = numberOf(maxProperties) ?? Infinity;
    const optional = [...properties.keys()].filter((name) => !required.includes(name));
    while (properties.size > limit && optional.length > 0) properties.delete(optional.pop() ?? '');
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      required: [...properties.keys()],
      additionalProperties: false,
    };
  }

  /** Adds members nobody has named: one of a map, and as many as there have to be. */
  #fill(
    flat: Schema,
    properties: Map<string, JsonObject>,
    least: number,
    depth: number,
    above: readonly string[],
  ): void {
    if (least > most) throw new Unsatisfiable(`minProperties ${String(least)} is more than is made up`);
    const { additionalProperties: others, patternProperties: patterns, propertyNames: names } = flat;
    const [pattern, ofPattern] = Object.entries(isJsonObject(patterns) ? patterns : {})[0] ?? [];
    const other = isJsonObject(ofPattern) ? ofPattern : isJsonObject(others) ? others : undefined;
    const isMap = other !== undefined && depth < deepest && properties.size === 0;
    const isSound = other === undefined || this.#finite.heightOf(other) < Infinity;
    const wanted = isMap && isSound && !isCyclic(other, above) ? Math.max(least, 1) : least;
    if (properties.size >= wanted || (others === false && other === undefined)) return;
    const named = isJsonObject(names) ? names : pattern === undefined ? {} : { pattern };
    const value = this.write(other ?? { type: 'string' }, '', depth + 1, above);
    for (const name of this.#names(named, wanted)) {
      if (properties.size >= wanted) return;
      if (!properties.has(name)) properties.set(name, value);
    }
  }

  /** Names of members that fit a schema of names. */
  *#names(schema: Schema, wanted: number): Generator<string> {
    const { pattern, enum: given, ...others } = schema;
    for (const name of Array.isArray(given) ? given : []) if (typeof name === 'string') yield name;
    const literal = typeof pattern === 'string' ? (/^\^?([\w./-]*)/.exec(pattern)?.[1] ?? '') : '';
    const isFree = pattern === undefined && Object.keys(others).length === 0;
    for (let at = 1; at <= wanted * 4; at += 1) {
      const candidates = isFree
        ? [at === 1 ? 'member' : `member${String(at)}`]
        : [this.#makeText(textSchema(schema, ''), at), `${literal}${String(at)}`];
      for (const name of candidates) if (fitsSchema(schema, this.#operation.document, name)) yield name;
    }
  }

  /** What members that are not described must be; `undefined`: anything. @throws Unsatisfiable when there may be none */
  #other(
    { additionalProperties: others, patternProperties: patterns }: Schema,
    name: string,
  ): Schema | undefined {
    for (const [pattern, schema] of Object.entries(isJsonObject(patterns) ? patterns : {}))
      if (isJsonObject(schema) && new RegExp(pattern, 'u').test(name)) return schema;
    if (others === false)
      throw new Unsatisfiable(`"${name}" is required, but no additional members may be there`);
    return isJsonObject(others) ? others : undefined;
  }

  #array(flat: Schema, depth: number, above: readonly string[]): JsonObject {
    const first = partsOf(flat['prefixItems']);
    const items = flat['items'];
    const rest = isJsonObject(items) ? items : {};
    const contained = isJsonObject(flat['contains']) ? flat['contains'] : undefined;
    const minimum = numberOf(flat['minItems']) ?? (contained === undefined ? 0 : 1);
    if (minimum > most) throw new Unsatisfiable(`minItems ${String(minimum)} is more than is made up`);
    const mayHaveRest = items !== false && this.#finite.heightOf(rest) < Infinity;
    const isShort = depth >= deepest || (isCyclic(rest, above) && first.length === 0) || !mayHaveRest;
    const usual = isShort
      ? depth >= deepest
        ? 0
        : first.length
      : Math.max(first.length, depth <= 1 ? 2 : 1);
    const count = Math.min(Math.max(usual, minimum), numberOf(flat['maxItems']) ?? Infinity);
    if (items === false && count > first.length)
      throw new Unsatisfiable('a list must be longer than it may be');
    const itemAt = (at: number): Schema => {
      const own = first[at] ?? rest;
      return at === first.length && contained !== undefined ? { allOf: [own, contained] } : own;
    };
    const write = (schema: Schema): JsonObject => this.write(schema, '', depth + 1, above);
    const bounds = { minItems: count, maxItems: count };
    if (count === 0) return { type: 'array', maxItems: 0 };
    if (first.length === 0 && contained === undefined) {
      const isUnique = flat['uniqueItems'] === true;
      return { type: 'array', items: write(rest), ...bounds, ...(isUnique && { uniqueItems: true }) };
    }
    const each = [...Array(Math.max(count, contained === undefined ? 0 : first.length + 1)).keys()];
    return {
      type: 'array',
      prefixItems: each.map((at) => write(itemAt(at))),
      items: false,
      minItems: each.length,
      maxItems: each.length,
    };
  }

  /** Where a document says nothing, objects of Kubernetes are what the server sends. */
  #anything({ not }: Schema): JsonObject {
    if (not !== undefined) return { enum: ['anything', 1, true, null, {}, []] };
    const properties = { metadata: this.#metadata() };
    return { type: 'object', properties, required: ['metadata'], additionalProperties: false };
  }

  #metadata(): JsonObject {
    const properties = { name: textSchema({}, 'name') };
    return { type: 'object', properties, required: ['name'], additionalProperties: false };
  }
}

/** What a schema without a type is about, by the first of its rules. */
const typeOfRule: Readonly<Record<string, string>> = {
  properties: 'object',
  required: 'object',
  additionalProperties: 'object',
  patternProperties: 'object',
  minProperties: 'object',
  items: 'array',
  prefixItems: 'array',
  minItems: 'array',
  contains: 'array',
  pattern: 'string',
  minLength: 'string',
  maxLength: 'string',
  format: 'string',
  multipleOf: 'number',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
};

/** A number as the schema wants it, within a hundred steps from its bound; from 0 to 100 without one. */
function numberSchema(flat: Schema, type: 'integer' | 'number'): JsonObject {
  const { multipleOf, exclusiveMinimum, exclusiveMaximum } = flat;
  const minimum = numberOf(flat['minimum']) ?? numberOf(exclusiveMinimum);
  const maximum = numberOf(flat['maximum']) ?? numberOf(exclusiveMaximum);
  const step = numberOf(multipleOf) ?? 1;
  const least = minimum ?? (maximum === undefined || maximum >= 0 ? 0 : maximum - 100 * step);
  const greatest = maximum ?? least + 100 * step;
  return {
    type,
    minimum: Math.max(least, numberOf(exclusiveMinimum) ?? -Infinity),
    maximum: Math.min(greatest, numberOf(exclusiveMaximum) ?? Infinity),
    ...(type === 'number' && {
      multipleOf: numberOf(multipleOf) ?? (greatest - least >= 1 ? 0.5 : undefined),
    }),
    ...(type === 'integer' && multipleOf !== undefined && { multipleOf }),
    ...(typeof exclusiveMinimum === 'number' && { exclusiveMinimum }),
    ...(typeof exclusiveMaximum === 'number' && { exclusiveMaximum }),
  };
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function definitionName(schema: Schema): string | undefined {
  const target = schema['$ref'];
  return typeof target === 'string' ? target.slice(reference.length) : undefined;
}

/** The last part of the definition that is written, such as `Time`. */
function definitionKind(above: readonly string[]): string | undefined {
  const name = above.at(-1);
  const kind = name?.slice(name.lastIndexOf('.') + 1);
  return kind === 'Time' || kind === 'MicroTime' ? kind : undefined;
}

function isPlainText(schema: Json | undefined): boolean {
  return (
    isJsonObject(schema) &&
    schema['type'] === 'string' &&
    schema['enum'] === undefined &&
    schema['const'] === undefined &&
    schema['pattern'] === undefined
  );
}

function isCyclic(schema: Schema, above: readonly string[]): boolean {
  const target = definitionName(schema);
  if (target !== undefined) return above.includes(target);
  if (partsOf(schema['allOf']).some((part) => isCyclic(part, above))) return true;
  return isJsonObject(schema['items']) && isCyclic(schema['items'], above);
}

function partsOf(value: Json | undefined): readonly Schema[] {
  return Array.isArray(value) ? value.filter((part): part is Schema => isJsonObject(part)) : [];
}
