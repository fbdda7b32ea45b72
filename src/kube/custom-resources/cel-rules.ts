import { ApiError, quote } from '../../core/api-error.js';
import { digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { Cause } from '../../registry/object-meta.js';
import {
  admissionProgram,
  celProgram,
  hasFunction,
  unknownFieldProblem,
  type CelProgram,
  type CelValue,
  type TypedSchema,
} from './cel-environment.js';
import { compileProblem, type CelError } from './cel/compile-problem.js';
import { celName, childPath, isSet, itemSchema, memberSchema, schemaType } from './schema-nodes.js';

const extension = 'x-kubernetes-validations';
const knownRules = new WeakMap<JsonObject, boolean>();

/** Whether a schema has rules anywhere; without any nothing has to be walked, nor a library loaded. */
export function hasRules(schema: JsonObject): boolean {
  let known = knownRules.get(schema);
  if (known === undefined) knownRules.set(schema, (known = findsRule(schema)));
  return known;
}

function findsRule(schema: JsonObject): boolean {
  if (rulesOf(schema).length > 0) return true;
  const { properties, items, additionalProperties } = schema;
  return [items, additionalProperties, ...Object.values(isJsonObject(properties) ? properties : {})].some(
    (one) => isJsonObject(one) && findsRule(one),
  );
}

/** The rules of one node of a schema. */
export function rulesOf(schema: JsonObject): readonly JsonObject[] {
  const rules = schema[extension];
  return Array.isArray(rules) ? (rules as readonly Json[]).filter(isJsonObject) : [];
}

/**
 * The rules (`x-kubernetes-validations`) a resource breaks. Rules about `oldSelf` are asked on updates only, and only where
 * the old value can be told: not inside lists that are no maps.
 *
 * @throws ApiError 501 for a rule that cannot be evaluated here
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/cel/validation.go
 */
export function brokenRules(
  value: JsonObject,
  previous: JsonObject | undefined,
  schema: JsonObject,
): Cause[] {
  return brokenRulesAt(value, previous, schema, '');
}

/** The rules a part of a resource breaks, told with the path of that part. */
export function brokenRulesAt(
  value: Json,
  previous: Json | undefined,
  schema: JsonObject,
  path: string,
): Cause[] {
  const causes: Cause[] = [];
  walkBoth(value, previous, schema, path, causes);
  return causes;
}

function walkBoth(
  value: Json,
  old: Json | undefined,
  schema: JsonObject,
  path: string,
  causes: Cause[],
): void {
  for (const rule of rulesOf(schema)) {
    const cause = ask(rule, value, old, schema, path);
    if (cause !== undefined) causes.push(cause);
  }
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    for (const [at, item] of (value as readonly Json[]).entries())
      walkBoth(item, sameItem(item, old, schema), items, childPath(path, at), causes);
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      const described = member === undefined ? undefined : memberSchema(schema, key);
      if (described === undefined || member === undefined) continue;
      const before = isJsonObject(old) && Object.hasOwn(old, key) ? old[key] : undefined;
      walkBoth(member, before, described, childPath(path, key), causes);
    }
  }
}

/** The item a list held before that has the same keys. */
function sameItem(item: Json, old: Json | undefined, schema: JsonObject): Json | undefined {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(keys) || !Array.isArray(old))
    return undefined;
  const names = (keys as readonly Json[]).map(String);
  const keyOf = (one: Json): string =>
    JSON.stringify(names.map((name) => (isJsonObject(one) ? one[name] : null)));
  return (old as readonly Json[]).find((one) => keyOf(one) === keyOf(item));
}

function ask(
  rule: JsonObject,
  value: Json,
  old: Json | undefined,
  schema: JsonObject,
  path: string,
): Cause | undefined {
  const text = digString(rule, 'rule');
  const program = celProgram(text, rule['optionalOldSelf'] === true);
  if (program.usesOldSelf && old === undefined && rule['optionalOldSelf'] !== true) return undefined;
  const scope = {
    self: celValue(value, schema),
    ...(program.usesOldSelf && { oldSelf: old === undefined ? undefined : celValue(old, schema) }),
  };
  const type = digString(schema, 'type') || schemaType(value);
  const { result, failure } = run(program, scope);
  const message = digString(rule, 'message').trim();
  const why =
    failure === undefined
      ? messageOf(rule, scope) || message || `failed rule: ${text.trim()}`
      : `${failure} evaluating rule: ${message || text.trim()}`;
  if (failure === undefined && result === true) return undefined;
  return caused(digString(rule, 'reason'), path + digString(rule, 'fieldPath'), type, why);
}

function run(program: CelProgram, scope: Record<string, CelValue>): { result?: unknown; failure?: string } {
  try {
    return { result: program.run(scope) };
  } catch (error) {
    if (error instanceof ApiError) throw error;
    return { failure: firstLine(error) };
  }
}

function messageOf(rule: JsonObject, scope: Record<string, CelValue>): string {
  const expression = digString(rule, 'messageExpression');
  if (expression === '') return '';
  const { result } = run(celProgram(expression, rule['optionalOldSelf'] === true), scope);
  return typeof result === 'string' && !result.includes('\n') ? result.trim() : '';
}

/** An error's message without the picture of the source below it. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}

function caused(reason: string, path: string, type: string, why: string): Cause {
  const field = path.startsWith('.') ? path.slice(1) : path === '' ? '<nil>' : path;
  switch (reason) {
    case 'FieldValueForbidden':
      return { reason, message: `Forbidden: ${why}`, field };
    case 'FieldValueRequired':
      return { reason, message: `Required value: ${why}`, field };
    case 'FieldValueDuplicate':
      return { reason, message: `Duplicate value: ${quote(type)}`, field };
    default:
      return { reason: 'FieldValueInvalid', message: `Invalid value: ${quote(type)}: ${why}`, field };
  }
}

/** A value as rules see it: whole numbers are integers, times are times, and members the schema does not name are not there. */
function celValue(value: Json, schema: JsonObject): CelValue {
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    return (value as readonly Json[]).map((item) => celValue(item, items));
  }
  if (isJsonObject(value)) {
    const keeps = isSet(schema, 'x-kubernetes-embedded-resource') || schema['properties'] === undefined;
    const members = Object.entries(value).flatMap(([key, member]): [string, CelValue][] => {
      const described = memberSchema(schema, key);
      const isMeta = key === 'metadata' || key === 'apiVersion' || key === 'kind';
      if (member === undefined || (described === undefined && !keeps && !isMeta)) return [];
      return [[celName(key), celValue(member, described ?? {})]];
    });
    return Object.fromEntries(members);
  }
  if (typeof value === 'number') return isInteger(value, schema) ? BigInt(value) : value;
  if (typeof value === 'string') return celText(value, digString(schema, 'format'));
  return value;
}

function isInteger(value: number, schema: JsonObject): boolean {
  return Number.isInteger(value) && schema['type'] !== 'number';
}

function celText(text: string, format: string): CelValue {
  if ((format === 'date-time' || format === 'date') && !Number.isNaN(Date.parse(text))) return new Date(text);
  if (format === 'byte') return new Uint8Array(Buffer.from(text, 'base64'));
  return text;
}

/**
 * What keeps a rule from being read, or from giving what is asked of it; `undefined` when nothing does.
 *
 * @param of The schema it is about.
 * @param wanted The type it has to give: that of a rule or of its message.
 */
export function ruleProblem(
  text: string,
  of: TypedSchema,
  optionalOldSelf: boolean,
  wanted: 'bool' | 'string',
): string | undefined {
  const what = wanted === 'bool' ? 'compilation failed' : 'messageExpression compilation failed';
  try {
    const { gives } = celProgram(text, optionalOldSelf);
    const unknown = unknownFieldProblem(text, of, optionalOldSelf);
    if (unknown !== undefined) return `${what}: ${unknown}`;
    if (gives === 'dyn' || gives === wanted) return undefined;
    return wanted === 'bool'
      ? 'cel expression must evaluate to a bool'
      : 'messageExpression must evaluate to a string';
  } catch (error) {
    return `${what}: ${uncompiled(error, text)}`;
  }
}

/**
 * What keeps an expression of admission from being read; `undefined` when nothing does.
 *
 * @param wanted Types it may give; none: any.
 * @throws ApiError 501 for one that asks the authorizer
 */
export function admissionProblem(text: string, wanted: readonly string[] = []): string | undefined {
  try {
    const { gives } = admissionProgram(text);
    const type = gives === 'null' ? 'null_type' : gives;
    if (wanted.length === 0 || type === 'dyn' || wanted.includes(type)) return undefined;
    return wanted.length > 1
      ? `must evaluate to one of [${wanted.join(' ')}]`
      : `must evaluate to ${wanted.join('')}`;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    return `compilation failed: ${uncompiled(error, text)}`;
  }
}

function uncompiled(error: unknown, text: string): string {
  return compileProblem(error as CelError, text, hasFunction);
}
