import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { Schema } from './spec-document.js';

/** Schemas nested deeper than this are taken for anything. */
const deepest = 100;
const reference = '#/definitions/';
const types = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string', 'file']);
/** Types of programming languages that slip into documents. */
const misnamed: Readonly<Record<string, string>> = {
  bool: 'boolean',
  date: 'string',
  'date-time': 'string',
  double: 'number',
  float: 'number',
  float32: 'number',
  float64: 'number',
  int: 'integer',
  int32: 'integer',
  int64: 'integer',
  long: 'integer',
  map: 'object',
  text: 'string',
};
const sizes = [
  'maxItems',
  'maxLength',
  'maximum',
  'maxProperties',
  'minItems',
  'minLength',
  'minimum',
  'minProperties',
  'multipleOf',
];

/** Members of a schema that nothing is checked by. */
const saysNothing = new Set(['title', 'description', 'summary', 'deprecated', '$comment']);
/** Keywords whose value is a schema, a list of them, or a mapping with them. */
const single = [
  'contains',
  'propertyNames',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const mapped = ['patternProperties', 'dependentSchemas'];

/** Told about everything that had to be changed: where, what was wrong, what it is taken for. */
export type Report = (place: string, problem: string, taken: string) => void;

/** Makes schemas that can be compiled of what documents hold. */
export class SchemaRepairer {
  readonly #names: ReadonlySet<string>;
  readonly #report: Report;
  readonly #isModern: boolean;

  /**
   * @param names Of the definitions that references may lead to
   * @param isModern Whether schemas are those of OpenAPI 3.1, in which a reference may have company
   */
  constructor(names: ReadonlySet<string>, report: Report, isModern: boolean) {
    this.#names = names;
    this.#report = report;
    this.#isModern = isModern;
  }

  /** A schema that says the same, as far as it said anything. @param place Where it stands, for the report */
  repair(schema: Json | undefined, place: string, depth = 0): Schema {
    if (schema === true) return {};
    if (schema === false) return { not: {} };
    if (!isJsonObject(schema)) return this.#anything(place, 'a schema that is no mapping');
    if (depth > deepest) return this.#anything(place, `schemas nested deeper than ${String(deepest)} levels`);
    if (schema['$ref'] !== undefined) {
      const target = this.#reference(schema['$ref'], place);
      const { $ref: _, ...others } = schema;
      const says = Object.keys(others).some((word) => !saysNothing.has(word));
      return this.#isModern && says ? { allOf: [target, this.repair(others, place, depth + 1)] } : target;
    }
    const sound: Record<string, Json | undefined> = { ...schema };
    this.#type(sound, place);
    this.#bounds(sound, place);
    this.#lists(sound, place);
    this.#parts(sound, place, depth);
    return sound;
  }

  #anything(place: string, problem: string): Schema {
    this.#report(place, problem, 'taken for anything');
    return {};
  }

  #reference(target: Json, place: string): Schema {
    if (typeof target !== 'string') return this.#anything(place, 'a reference that is no text');
    const name = target.startsWith(reference) ? decodePointer(target.slice(reference.length)) : undefined;
    if (name !== undefined && this.#names.has(name)) return { $ref: reference + name };
    const kind = target.startsWith('#') ? 'dangling reference' : 'reference to another document';
    return this.#anything(place, `${kind} ${target}`);
  }

  #type(schema: Record<string, Json | undefined>, place: string): void {
    const { type } = schema;
    if (type === undefined) {
      // Without a type it says nothing, and the validator refuses it.
      if (schema['nullable'] !== undefined) delete schema['nullable'];
      return;
    }
    const named = (Array.isArray(type) ? type : [type]) as readonly Json[];
    if (named.length > 0 && named.every((each) => typeof each === 'string' && types.has(each))) return;
    const meant =
      typeof type === 'string' && Object.hasOwn(misnamed, type.toLowerCase())
        ? misnamed[type.toLowerCase()]
        : undefined;
    this.#report(place, `unknown type ${JSON.stringify(type)}`, meant ?? 'taken for any type');
    if (meant === undefined) {
      delete schema['type'];
      delete schema['nullable'];
    } else schema['type'] = meant;
  }

  #bounds(schema: Record<string, Json | undefined>, place: string): void {
    for (const [exclusive, inclusive] of [
      ['exclusiveMinimum', 'minimum'],
      ['exclusiveMaximum', 'maximum'],
    ] as const) {
      const flag = schema[exclusive];
      // The way of Swagger 2.0 and OpenAPI 3.0; later ones write the bound itself.
      if (flag === true && typeof schema[inclusive] === 'number') {
        schema[exclusive] = schema[inclusive];
        delete schema[inclusive];
      } else if (flag !== undefined && typeof flag !== 'number') delete schema[exclusive];
    }
    for (const size of sizes) {
      const value = schema[size];
      if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) continue;
      delete schema[size];
      this.#report(place, `${size} is no number`, 'left out');
    }
    const { pattern } = schema;
    if (pattern === undefined || (typeof pattern === 'string' && isPattern(pattern))) return;
    delete schema['pattern'];
    this.#report(place, `pattern ${JSON.stringify(pattern)} is no regular expression`, 'left out');
  }

  #lists(schema: Record<string, Json | undefined>, place: string): void {
    const { required, enum: choices } = schema;
    if (required !== undefined && !isListOfTexts(required)) {
      delete schema['required'];
      this.#report(place, '"required" is no list of names', 'left out');
    } else if (Array.isArray(required)) schema['required'] = [...new Set(required as readonly string[])];
    if (choices !== undefined && !(Array.isArray(choices) && choices.length > 0)) {
      delete schema['enum'];
      this.#report(place, '"enum" is no list of values', 'left out');
    }
  }

  #parts(schema: Record<string, Json | undefined>, place: string, depth: number): void {
    const { properties, items, additionalProperties, not } = schema;
    if (isJsonObject(properties))
      schema['properties'] = Object.fromEntries(
        Object.entries(properties).map(([name, member]) => [
          name,
          this.repair(member, `${place}.${name}`, depth + 1),
        ]),
      );
    else if (properties !== undefined) {
      delete schema['properties'];
      this.#report(place, '"properties" is no mapping', 'left out');
    }
    if (Array.isArray(items)) {
      schema['items'] = {};
      this.#report(`${place}[]`, 'a list of schemas for the items', 'taken for anything');
    } else if (items !== undefined && !(this.#isModern && typeof items === 'boolean'))
      schema['items'] = this.repair(items, `${place}[]`, depth + 1);
    if (additionalProperties !== undefined && typeof additionalProperties !== 'boolean')
      schema['additionalProperties'] = this.repair(additionalProperties, `${place}.*`, depth + 1);
    if (not !== undefined) schema['not'] = this.repair(not, place, depth + 1);
    for (const word of single) {
      const part = schema[word];
      if (part !== undefined && typeof part !== 'boolean')
        schema[word] = this.repair(part, `${place} ${word}`, depth + 1);
    }
    for (const word of mapped) this.#mapping(schema, word, place, depth);
    for (const word of ['allOf', 'anyOf', 'oneOf', 'prefixItems']) {
      const parts = schema[word];
      if (parts === undefined) continue;
      if (Array.isArray(parts) && parts.length > 0)
        schema[word] = parts.map((part: Json) => this.repair(part, place, depth + 1));
      else {
        delete schema[word];
        this.#report(place, `"${word}" is no list of schemas`, 'left out');
      }
    }
    // What is defined in a schema itself can be referred to from nowhere else.
    delete schema['$defs'];
    // Identifiers would be resolved against each other, and other drafts are not known here.
    for (const word of ['$id', 'id', '$schema', '$anchor', '$dynamicRef'])
      if (typeof schema[word] === 'string') delete schema[word];
  }

  #mapping(schema: Record<string, Json | undefined>, word: string, place: string, depth: number): void {
    const given = schema[word];
    if (given === undefined) return;
    const patterns = mappingsOf(given).filter(([name]) => word !== 'patternProperties' || isPattern(name));
    if (!isJsonObject(given) || patterns.length < Object.keys(given).length)
      this.#report(place, `parts of "${word}" are no schemas`, 'left out');
    schema[word] = Object.fromEntries(
      patterns.map(([name, member]) => [name, this.repair(member, `${place}.${name}`, depth + 1)]),
    );
  }
}

function isListOfTexts(value: Json): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

/** The name at the end of a reference, out of the spelling of JSON pointers in URLs. */
function decodePointer(text: string): string {
  let decoded = text;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    // A percent sign that escapes nothing stands for itself.
  }
  return decoded.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The members of a mapping that are mappings themselves. */
export function mappingsOf(value: Json | undefined): [string, JsonObject][] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]): [string, JsonObject][] =>
    isJsonObject(member) ? [[name, member]] : [],
  );
}
