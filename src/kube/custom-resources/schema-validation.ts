import { createRequire } from 'node:module';
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { compileGoRegExp } from '../../core/go-regexp.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { Cause } from '../../registry/object-meta.js';
import { schemaCauses } from './schema-causes.js';
import { textFormats } from './text-formats.js';

const require = createRequire(import.meta.url);

const compiled = new WeakMap<JsonObject, ValidateFunction>();

/**
 * What is wrong with a resource by its schema, in kube-apiserver's words.
 *
 * The schema is compiled, and the library for that loaded, when it is first asked about.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/validation/validation.go
 */
export function schemaProblems(value: JsonObject, schema: JsonObject): Cause[] {
  let validate = compiled.get(schema);
  if (validate === undefined) compiled.set(schema, (validate = compile(schema)));
  if (validate(value)) return [];
  return schemaCauses((validate.errors ?? []) as readonly ErrorObject[], value, schema);
}

function compile(schema: JsonObject): ValidateFunction {
  const library = require('ajv') as { readonly Ajv: typeof Ajv };
  const ajv = new library.Ajv({
    allErrors: true,
    strict: false,
    verbose: true,
    logger: false,
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    multipleOfPrecision: 9,
    formats: formats(),
    code: { regExp: Object.assign(goPattern, { code: 'goPattern' }) },
  });
  return ajv.compile(translate(schema, true));
}

/** A pattern as ajv wants it, read and run as Go does: no pattern is dangerous. */
function goPattern(pattern: string): { readonly test: (text: string) => boolean } {
  return { test: compileGoRegExp(pattern).finds };
}

/** Tells why a pattern cannot be used; `undefined` when it can. */
export function patternProblem(pattern: string): string | undefined {
  try {
    compileGoRegExp(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Formats by the names schemas may give them: dashes do not matter. */
function formats(): Record<string, RegExp | ((text: string) => boolean)> {
  return { ...textFormats, 'date-time': textFormats['datetime'] ?? (() => true) };
}

/** Keywords that mean the same in JSON schema. */
const plain = [
  'enum',
  'format',
  'maxItems',
  'maxLength',
  'maxProperties',
  'minItems',
  'minLength',
  'minProperties',
  'multipleOf',
  'pattern',
  'required',
  'uniqueItems',
] as const;

/** A structural schema as JSON schema; everything that does not restrict values is left out. */
function translate(schema: JsonObject, isRoot = false): JsonObject {
  const result: Record<string, Json | undefined> = {};
  for (const key of plain) if (schema[key] !== undefined) result[key] = schema[key];
  Object.assign(result, typeOf(schema), limits(schema));
  const { properties, items, additionalProperties, not } = schema;
  if (isJsonObject(properties)) {
    // The metadata of a resource is checked as such.
    const members = Object.entries(properties).filter(([key]) => !isRoot || key !== 'metadata');
    result['properties'] = Object.fromEntries(
      members.map(([key, member]) => [key, isJsonObject(member) ? translate(member) : {}]),
    );
  }
  if (isJsonObject(items)) result['items'] = translate(items);
  if (isJsonObject(additionalProperties)) result['additionalProperties'] = translate(additionalProperties);
  if (isJsonObject(not)) result['not'] = translate(not);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const branches = schema[key];
    if (Array.isArray(branches) && branches.length > 0)
      result[key] = (branches as readonly Json[]).map((one) => (isJsonObject(one) ? translate(one) : {}));
  }
  return result;
}

function typeOf(schema: JsonObject): JsonObject {
  const { type, nullable } = schema;
  const own = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : type;
  if (own === undefined || own === '') return {};
  return { type: nullable === true ? [own, 'null'].flat() : own };
}

/** `exclusiveMinimum: true` beside a minimum is the old form of a number. */
function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonObject): JsonObject {
  return {
    ...(minimum !== undefined && (exclusiveMinimum === true ? { exclusiveMinimum: minimum } : { minimum })),
    ...(maximum !== undefined && (exclusiveMaximum === true ? { exclusiveMaximum: maximum } : { maximum })),
  };
}
