import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json } from '../core/json.js';
import type { Schema } from './spec-document.js';

type Members = Record<string, Json | undefined>;
type Rule = (mine: Json, other: Json) => Json;

const larger: Rule = (a, b) => Math.max(Number(a), Number(b));
const smaller: Rule = (a, b) => Math.min(Number(a), Number(b));
const both: Rule = (a, b) => (isDeepStrictEqual(a, b) ? a : { allOf: [asSchema(a), asSchema(b)] });

/** How two schemas say the same as one, by keyword; what is not listed is taken from the second. */
const rules: Readonly<Record<string, Rule>> = {
  additionalProperties: (a, b) =>
    a === false || b === false ? false : a === true ? b : b === true ? a : both(a, b),
  contains: both,
  enum: (a, b) => listOf(a).filter((one) => listOf(b).some((other) => isDeepStrictEqual(one, other))),
  exclusiveMaximum: smaller,
  exclusiveMinimum: larger,
  items: both,
  maximum: smaller,
  maxItems: smaller,
  maxLength: smaller,
  maxProperties: smaller,
  minimum: larger,
  minItems: larger,
  minLength: larger,
  minProperties: larger,
  multipleOf: leastCommon,
  not: (a, b) => ({ anyOf: [a, b] }),
  nullable: (a, b) => a === true && b === true,
  patternProperties: mergeMembers,
  properties: mergeMembers,
  propertyNames: both,
  required: (a, b) => [...new Set([...listOf(a), ...listOf(b)])],
  type: commonTypes,
  uniqueItems: (a, b) => a === true || b === true,
};

/** One schema that says what two say; choices (`oneOf`, `anyOf`) and references must be gone from them. */
export function mergeSchemas(mine: Schema, other: Schema): Schema {
  const merged: Members = { ...mine };
  for (const [keyword, value] of Object.entries(other)) {
    const before = Object.hasOwn(merged, keyword) ? merged[keyword] : undefined;
    if (value === undefined) continue;
    merged[keyword] =
      before === undefined || !Object.hasOwn(rules, keyword)
        ? value
        : (rules[keyword]?.(before, value) ?? value);
  }
  return merged;
}

function mergeMembers(mine: Json, other: Json): Json {
  const members = new Map<string, Json>();
  for (const part of [mine, other])
    for (const [name, schema] of Object.entries(isJsonObject(part) ? part : {})) {
      if (schema === undefined) continue;
      const before = members.get(name);
      members.set(name, before === undefined ? schema : both(before, schema));
    }
  return Object.fromEntries(members);
}

function commonTypes(a: Json, b: Json): Json {
  const wanted = typesOf(b);
  const common = typesOf(a).flatMap((type) => {
    if (wanted.includes(type)) return [type];
    if (type === 'integer' && wanted.includes('number')) return [type];
    return type === 'number' && wanted.includes('integer') ? ['integer'] : [];
  });
  return common.length === 1 ? (common[0] ?? []) : common;
}

function leastCommon(a: Json, b: Json): Json {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isSafeInteger(x) || !Number.isSafeInteger(y) || x <= 0 || y <= 0) return Math.max(x, y);
  let [left, right] = [x, y];
  while (right !== 0) [left, right] = [right, left % right];
  return (x / left) * y;
}

/** The types a schema allows; empty when it names none. */
export function typesOf(type: Json | undefined): readonly string[] {
  const listed = Array.isArray(type) ? type : type === undefined ? [] : [type];
  return listed.filter((each): each is string => typeof each === 'string');
}

function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function asSchema(value: Json): Json {
  return value === true ? {} : value === false ? { not: {} } : value;
}
