import { createRequire } from 'node:module';
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { compileGoRegExp } from '../../core/go-regexp.js';
import { digObject, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { Cause } from '../../registry/object-meta.js';
import type { Correlated } from './correlated.js';
import { remainingErrors } from './ratcheting.js';
import { schemaCauses } from './schema-causes.js';
import { textFormats } from './text-formats.js';

const require = createRequire(import.meta.url);

const compiled = new WeakMap<JsonObject, ValidateFunction>();

/**
 * What is wrong with a resource by its schema, in kube-apiserver's words.
 *
 * The schema is compiled, and the library for that loaded, when it is first asked about.
 *
 * @param since What it was before: what was wrong with parts that did not change is not told. Absent: everything is.
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/validation/validation.go
 */
export function schemaProblems(value: JsonObject, schema: JsonObject, since?: Correlated): Cause[] {
  return problems(value, schema, { isResource: true, since });
}

/** {@link schemaProblems} of a part of a resource by the schema of that part: paths start there. */
export function partProblems(value: Json, schema: JsonObject): Cause[] {
  return problems(value, schema, { isResource: false, since: undefined });
}

function problems(
  value: Json,
  schema: JsonObject,
  { isResource, since }: { readonly isResource: boolean; readonly since: Correlated | undefined },
): Cause[] {
  let validate = compiled.get(schema);
  if (validate === undefined) compiled.set(schema, (validate = compile(schema, isResource)));
  if (validate(value)) return [];
  const errors = withoutLaterOfTexts((validate.errors ?? []) as readonly ErrorObject[]);
  return schemaCauses(since === undefined ? errors : remainingErrors(errors, since), value, schema);
}

/** What is asked of texts, in order: of one that is wrong by more, the first is told. */
const ofTexts = ['maxLength', 'minLength', 'pattern'];

function withoutLaterOfTexts(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const placeOf = ({ instancePath, schemaPath, keyword }: ErrorObject): string =>
    `${instancePath} ${schemaPath.slice(0, -keyword.length)}`;
  const places = new Map(ofTexts.map((keyword) => [keyword, new Set<string>()]));
  for (const error of errors) places.get(error.keyword)?.add(placeOf(error));
  return errors.filter((error) => {
    const earlier = ofTexts.slice(0, Math.max(0, ofTexts.indexOf(error.keyword)));
    return !earlier.some((keyword) => places.get(keyword)?.has(placeOf(error)));
  });
}

function compile(schema: JsonObject, isResource: boolean): ValidateFunction {
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
  return ajv.compile(translate(schema, isResource));
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
    result['properties'] = Object.fromEntries(
      Object.entries(properties).map(([key, member]) => [
        key,
        isRoot && key === 'metadata' ? namesOf(member) : isJsonObject(member) ? translate(member) : {},
      ]),
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

/** The metadata of a resource is checked as such; what a schema can restrict besides are names. */
function namesOf(metadata: Json | undefined): JsonObject {
  const { name, generateName } = digObject(metadata, 'properties');
  return translate({ properties: { ...(name && { name }), ...(generateName && { generateName }) } });
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
