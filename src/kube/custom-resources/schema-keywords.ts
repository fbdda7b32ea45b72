import { digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { forbidden, invalidShown, unsupported, type Cause } from '../validation/causes.js';
import { collectionProblems } from './schema-lists.js';
import { resourceMembers } from './schema-nodes.js';
import { ruleFindings, ruleFormProblems, totalCostProblems, type RuleCost } from './schema-rules.js';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Keywords of JSON schema that definitions must do without, in the order they are told. */
const refused = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

/** What holds for a schema because of what is around it. */
interface Surroundings {
  readonly isRoot: boolean;
  /** Whether it describes the metadata, the kind or the version of a resource. */
  readonly insideMeta: boolean;
  /** Why it must give no defaults; absent: it may. */
  readonly noDefaults?: string;
  /** Where, above it, old and new values cannot be told to be the same one. */
  readonly unrelated?: string;
  /** Whether its rules are read: those of alternatives are not. */
  readonly hasRules: boolean;
  /** How often a value of it can occur in a resource; `undefined`: without limit. */
  readonly times: number | undefined;
}

/** What was found: first what is wrong with schemas, then with rules. */
interface Found {
  readonly schema: Cause[];
  readonly rules: Cause[];
  /** What rules can cost. */
  readonly costs: RuleCost[];
}

/**
 * What is wrong with the keywords of a schema, and of all within it.
 *
 * @param areRulesRead Whether rules are looked at: only those of a schema that is structural are.
 * @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation ValidateCustomResourceDefinitionOpenAPISchema
 */
export function keywordProblems(schema: JsonObject, path: string, areRulesRead: boolean): Cause[] {
  const {
    schema: first,
    rules,
    costs,
  } = inspect(schema, path, {
    isRoot: true,
    insideMeta: false,
    hasRules: areRulesRead,
    times: 1,
  });
  return [...first, ...rules, ...totalCostProblems(costs, path)];
}

function inspect(schema: JsonObject, path: string, around: Surroundings): Found {
  const found: Found = { schema: ownProblems(schema, path, around), rules: [], costs: [] };
  for (const [place, inner, circumstances] of within(schema, path, around)) {
    const { schema: more, rules, costs } = inspect(inner, place, circumstances);
    found.schema.push(...more);
    found.rules.push(...rules);
    found.costs.push(...costs);
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const field = `${path}.x-kubernetes-preserve-unknown-fields`;
    found.schema.push(invalidShown(field, 'false', 'must be true or undefined'));
  }
  found.schema.push(...collectionProblems(schema, path), ...ruleFormProblems(schema, path));
  if (around.hasRules && found.schema.length === 0) {
    const { causes, costs } = ruleFindings({ schema, isRoot: around.isRoot }, path, around);
    found.rules.push(...causes);
    found.costs.push(...costs);
  }
  return found;
}

function ownProblems(schema: JsonObject, path: string, around: Surroundings): Cause[] {
  const causes: Cause[] = [];
  const type = digString(schema, 'type');
  if (type !== '' && !types.includes(type)) causes.push(unsupported(`${path}.type`, type, types));
  if (around.noDefaults !== undefined && (schema['default'] ?? null) !== null)
    causes.push(forbidden(`${path}.default`, `must not be set ${around.noDefaults}`));
  for (const key of refused)
    if (isGiven(schema[key])) causes.push(forbidden(`${path}.${key}`, `${key} is not supported`));
  if (type === 'null')
    causes.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  if (Array.isArray(schema['items']) && schema['items'].length > 0)
    causes.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  if (around.insideMeta && schema['x-kubernetes-embedded-resource'] === true)
    causes.push(
      forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'),
    );
  if (schema['uniqueItems'] === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    causes.push(forbidden(`${path}.uniqueItems`, why));
  }
  const rest = schema['additionalProperties'];
  const isNamed = Object.keys(digObject(schema, 'properties')).length > 0;
  if (isNamed && (rest === false || isJsonObject(rest)))
    causes.push(
      forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  return causes;
}

/** Whether Go finds anything in a member: maps without members and texts without letters are none. */
function isGiven(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  return !isJsonObject(value) || Object.keys(value).length > 0;
}

type Inner = readonly [path: string, schema: JsonObject, around: Surroundings];

/** The schemas within a schema, in the order they are looked at. */
function within(schema: JsonObject, path: string, around: Surroundings): Inner[] {
  const { items } = schema;
  const below: Surroundings = { ...around, isRoot: false, times: timesWithin(schema, around.times) };
  const alternative: Surroundings = { ...below, hasRules: false };
  const ofList = schema['x-kubernetes-list-type'] === 'map' ? below : { unrelated: path, ...below };
  const inMeta = around.insideMeta
    ? { ...below, noDefaults: 'inside additionalProperties applying to object metadata' }
    : below;
  const found: (readonly [string, Json | undefined, Surroundings])[] = [
    [`${path}.additionalProperties`, schema['additionalProperties'], inMeta],
    ...Object.entries(digObject(schema, 'properties')).map(
      ([key, inner]) => [`${path}.properties[${key}]`, inner, ofMember(schema, key, path, around)] as const,
    ),
    [`${path}.not`, schema['not'], alternative],
    ...['allOf', 'oneOf', 'anyOf'].flatMap((key) =>
      listOf(schema[key]).map((inner, at) => [`${path}.${key}[${String(at)}]`, inner, alternative] as const),
    ),
    ...Object.entries(digObject(schema, 'definitions')).map(
      ([key, inner]) => [`${path}.definitions[${key}]`, inner, alternative] as const,
    ),
    [`${path}.items`, items, ofList],
    ...listOf(items).map((inner, at) => [`${path}.items[${String(at)}]`, inner, ofList] as const),
    ...Object.entries(digObject(schema, 'dependencies')).map(
      ([key, inner]) => [`${path}.dependencies[${key}]`, inner, alternative] as const,
    ),
  ];
  return found.flatMap(([place, inner, circumstances]): Inner[] =>
    isJsonObject(inner) ? [[place, inner, circumstances]] : [],
  );
}

function ofMember(schema: JsonObject, key: string, path: string, around: Surroundings): Surroundings {
  const { isRoot, ...rest } = around;
  const below = { ...rest, times: timesWithin(schema, around.times) };
  const map = schema['x-kubernetes-map-type'] ?? 'granular';
  const related = map === 'granular' || map === 'atomic' ? below : { unrelated: path, ...below };
  if (!resourceMembers.has(key) || !(isRoot || schema['x-kubernetes-embedded-resource'] === true))
    return { ...related, isRoot: false };
  return {
    ...related,
    isRoot: false,
    insideMeta: true,
    ...(isRoot && { noDefaults: `in top-level ${key}` }),
  };
}

/** How often what is within a schema can occur. */
function timesWithin(schema: JsonObject, times: number | undefined): number | undefined {
  const type = digString(schema, 'type');
  const isMap = type === 'object' && (schema['additionalProperties'] ?? null) !== null;
  if (type !== 'array' && !isMap) return times;
  const most = schema[isMap ? 'maxProperties' : 'maxItems'];
  return times === undefined || typeof most !== 'number' ? undefined : times * Math.max(most, 0);
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
