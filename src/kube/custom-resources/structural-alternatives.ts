import { isDeepStrictEqual } from 'node:util';
import { digArray, digObject, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { forbidden, invalidValue, required, type Cause } from '../validation/causes.js';
import { patternProblem } from './schema-validation.js';

/** The one way to say again that something is a number or a text. */
const intOrString = [{ type: 'integer' }, { type: 'string' }];

/** What only the outside of alternatives may say, and how that is told, in order. */
const outside: readonly (readonly [key: string, why: string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

/** Members that are none when they are false; of `additionalProperties` false is something. */
function isGiven(key: string, value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || isDeepStrictEqual(value, [])) return false;
  return value !== false || key === 'additionalProperties' || key === 'default';
}

/**
 * What is wrong with the pattern of a schema, and with what it says by way of `allOf`, `anyOf`, `oneOf` and `not`: these may
 * only restrict what is described outside of them.
 */
export function alternativeProblems(schema: JsonObject, path: string): Cause[] {
  const [first] = digArray(schema, 'allOf');
  return valueProblems(
    schema,
    path,
    isDeepStrictEqual(schema['anyOf'], intOrString),
    isJsonObject(first) && isDeepStrictEqual(first['anyOf'], intOrString),
  );
}

function valueProblems(schema: JsonObject, path: string, skipsAny: boolean, skipsAllOfAny: boolean): Cause[] {
  const causes = skipsAny ? [] : branchesOf(schema, 'anyOf', path).flatMap(([one, at]) => nested(one, at));
  for (const [index, [one, at]] of branchesOf(schema, 'allOf', path).entries())
    causes.push(...nested(one, at, skipsAllOfAny && index === 0));
  causes.push(...branchesOf(schema, 'oneOf', path).flatMap(([one, at]) => nested(one, at)));
  if (isJsonObject(schema['not'])) causes.push(...nested(schema['not'], `${path}.not`));
  const { pattern } = schema;
  const why = typeof pattern === 'string' && pattern !== '' ? patternProblem(pattern) : undefined;
  if (typeof pattern === 'string' && why !== undefined)
    causes.push(
      invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${why}`),
    );
  return causes;
}

function branchesOf(schema: JsonObject, key: string, path: string): (readonly [JsonObject, string])[] {
  return digArray(schema, key).flatMap((one, at) =>
    isJsonObject(one) ? [[one, `${path}.${key}[${String(at)}]`] as const] : [],
  );
}

function nested(branch: JsonObject, path: string, skipsAny = false): Cause[] {
  const causes = valueProblems(branch, path, skipsAny, false);
  const { items } = branch;
  const properties = digObject(branch, 'properties');
  if (isJsonObject(items)) causes.push(...nested(items, `${path}.items`));
  for (const [key, inner] of Object.entries(properties))
    if (isJsonObject(inner)) causes.push(...nested(inner, `${path}.properties[${key}]`));
  for (const [key, why] of outside)
    if (isGiven(key, branch[key])) causes.push(forbidden(`${path}.${key}`, why));
  if (isJsonObject(properties['metadata']))
    causes.push(forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  return causes;
}

/**
 * What alternatives at the root of a schema speak of without it being described outside of them.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/complete.go
 */
export function completenessProblems(schema: JsonObject, path: string): Cause[] {
  return ofValue(schema, schema, path, path);
}

function ofValue(branch: JsonObject, described: JsonObject | undefined, path: string, at: string): Cause[] {
  const { not } = branch;
  const branches = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => branchesOf(branch, key, at));
  if (isJsonObject(not)) branches.unshift([not, `${at}.not`]);
  return branches.flatMap(([one, place]) => ofNested(one, described, path, place));
}

function ofNested(branch: JsonObject, described: JsonObject | undefined, path: string, at: string): Cause[] {
  if (described === undefined) return [required(path, `because it is defined in ${at}`)];
  const { items } = branch;
  const causes = ofValue(branch, described, path, at);
  if (isJsonObject(items))
    causes.push(...ofNested(items, object(described['items']), `${path}.items`, `${at}.items`));
  const known = digObject(described, 'properties');
  for (const [key, inner] of Object.entries(digObject(branch, 'properties'))) {
    const member = `.properties[${key}]`;
    if (isJsonObject(inner)) causes.push(...ofNested(inner, object(known[key]), path + member, at + member));
  }
  return causes;
}

function object(value: Json | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}
