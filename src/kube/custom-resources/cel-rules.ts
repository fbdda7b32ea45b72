import { quote } from '../../core/api-error.js';
import { digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { Cause } from '../../registry/object-meta.js';
import { messageExpression, ruleProgram, ruleType, type RuleSchema } from './cel/rules/rule-programs.js';
import { evaluate, type Given } from './cel/run/evaluate.js';
import { withResourceMembers } from './cel/resource-schema.js';
import { valueOfSchema } from './cel/values/schema-values.js';
import { CelError, CelOptional, type CelValue } from './cel/values/value.js';
import { fieldOfSchema } from './field-of-schema.js';
import { childPath, isSet, itemSchema, memberSchema } from './schema-nodes.js';

const extension = 'x-kubernetes-validations';
const knownRules = new WeakMap<JsonObject, boolean>();

/** What all rules may cost for one write. @see kubernetes/apiserver pkg/apis/cel/config.go RuntimeCELCostBudget */
const budget = 10_000_000;
/** Bytes of a message an expression makes up. */
const longestMessage = 5 * 1024;

/** Whether a schema has rules anywhere; without any nothing has to be walked. */
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
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/cel/validation.go
 */
export function brokenRules(
  value: JsonObject,
  previous: JsonObject | undefined,
  schema: JsonObject,
): Cause[] {
  return new Walk().all({ value, old: previous, path: '' }, { schema, isRoot: true });
}

/** The rules a part of a resource breaks, told with the path of that part. */
export function brokenRulesAt(
  value: Json,
  previous: Json | undefined,
  of: RuleSchema,
  path: string,
): Cause[] {
  return new Walk().all({ value, old: previous, path }, of);
}

/** A part of a resource, and what it was before. */
interface Part {
  readonly value: Json;
  readonly old: Json | undefined;
  readonly path: string;
}

/** One look at a resource: all its rules have one budget. */
class Walk {
  readonly #causes: Cause[] = [];
  #left = budget;

  all(part: Part, of: RuleSchema): Cause[] {
    this.#visit(part, of);
    return this.#causes;
  }

  #visit({ value, old, path }: Part, { schema, isRoot }: RuleSchema): void {
    if (value === null || this.#left < 0) return;
    this.#ask({ value, old, path }, { schema, isRoot });
    if (Array.isArray(value)) {
      const items = itemSchema(schema);
      if (!hasRules(items)) return;
      for (const [at, item] of (value as readonly Json[]).entries())
        this.#visit(
          { value: item, old: sameItem(item, old, schema), path: childPath(path, at) },
          { schema: items, isRoot: false },
        );
    } else if (isJsonObject(value)) this.#members(value, old, path, schema);
  }

  #members(value: JsonObject, old: Json | undefined, path: string, schema: JsonObject): void {
    const isNamed = isJsonObject(schema['properties']);
    for (const [key, member] of Object.entries(value)) {
      const described = member === undefined ? undefined : memberSchema(schema, key);
      if (described === undefined || member === undefined || !hasRules(described)) continue;
      const before = isJsonObject(old) && Object.hasOwn(old, key) ? old[key] : undefined;
      const place = isNamed ? childPath(path, key) : `${path}[${key}]`;
      this.#visit(
        { value: member, old: before ?? undefined, path: place },
        { schema: described, isRoot: false },
      );
    }
  }

  /** Asks the rules of one node. */
  #ask(part: Part, of: RuleSchema): void {
    const rules = rulesOf(of.schema);
    if (rules.length === 0 || ruleType(of) === undefined) return;
    const type = digString(of.schema, 'type');
    if (this.#left <= 0) {
      this.#stop(part.path, type, outOfBudget);
      return;
    }
    const isResource = of.isRoot || isSet(of.schema, 'x-kubernetes-embedded-resource');
    const given = variablesOf(part, isResource ? withResourceMembers(of.schema) : of.schema);
    for (const rule of rules) {
      if (this.#left < 0) return;
      this.#askOne(rule, part, of, type, given);
    }
  }

  #askOne(rule: JsonObject, { old, path }: Part, of: RuleSchema, type: string, given: Variables): void {
    const text = digString(rule, 'rule');
    const told = digString(rule, 'message').trim() || text.trim();
    const wrong = (why: string): Cause => caused('', path, type, why);
    const program = ruleProgram(text, rule, of, 'bool');
    if (typeof program === 'string') {
      this.#causes.push(wrong(`rule compile error: ${program}`));
      return;
    }
    const isOptional = rule['optionalOldSelf'] === true;
    if (program.uses.has('oldSelf') && old === undefined && !isOptional) return;
    const outcome = evaluate(program, isOptional ? given.optional : given.plain);
    if (outcome.cost > this.#left) {
      this.#stop(path, type, outOfBudget);
      return;
    }
    this.#left -= outcome.cost;
    if ('value' in outcome) {
      if (outcome.value !== true) this.#broken(rule, path, of, type, given);
      return;
    }
    const { failure } = outcome;
    if (outcome.isTooExpensive === true) {
      const why = 'no further validation rules will be run due to call cost exceeds limit for rule';
      this.#stop(path, type, `'${failure}': ${why}: ${told}`);
      return;
    }
    const why = failure.startsWith('no such overload')
      ? `'${failure}': call arguments did not match a supported operator, function or macro signature for rule: ${told}`
      : `${failure} evaluating rule: ${told}`;
    this.#causes.push(wrong(why));
  }

  #broken(rule: JsonObject, path: string, of: RuleSchema, type: string, given: Variables): void {
    const field = fieldOfSchema(digString(rule, 'fieldPath'), of.schema, true);
    const place = typeof field === 'string' ? path : path + field.path;
    const plain = digString(rule, 'message').trim() || `failed rule: ${digString(rule, 'rule').trim()}`;
    const text = messageExpression(rule);
    const made = text === '' ? undefined : this.#message(text, rule, of, given);
    this.#causes.push(caused(digString(rule, 'reason'), place, type, made ?? plain));
  }

  /** The message an expression makes up; `undefined` when that is none. */
  #message(text: string, rule: JsonObject, of: RuleSchema, given: Variables): string | undefined {
    const program = ruleProgram(text, rule, of, 'string');
    if (typeof program === 'string') return undefined;
    const outcome = evaluate(program, given.plain);
    this.#left -= outcome.cost;
    if ('failure' in outcome || typeof outcome.value !== 'string') return undefined;
    const made = outcome.value.trim();
    return made === '' || made.includes('\n') || Buffer.byteLength(made) > longestMessage ? undefined : made;
  }

  #stop(path: string, type: string, why: string): void {
    this.#causes.push(caused('', path, type, why));
    this.#left = -1;
  }
}

const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/** What rules of a node are given, when the value there was before may be missing, and when it may not. */
interface Variables {
  readonly plain: Given;
  readonly optional: Given;
}

function variablesOf({ value, old }: Part, schema: JsonObject): Variables {
  const self = once(() => valueOfSchema(value, schema));
  const before = once(() => (old === undefined ? undefined : valueOfSchema(old, schema)));
  return {
    plain: (name) => (name === 'self' ? self() : name === 'oldSelf' ? before() : undefined),
    optional: (name) =>
      name === 'self' ? self() : name === 'oldSelf' ? new CelOptional(before()) : undefined,
  };
}

/** A value that is made when it is first asked for. @throws CelError whenever it is asked for, if it is not sound */
function once(make: () => CelValue | undefined): () => CelValue | undefined {
  let made: { readonly value?: CelValue | undefined; readonly failure?: CelError } | undefined;
  return () => {
    if (made === undefined)
      try {
        made = { value: make() };
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        made = { failure: error };
      }
    if (made.failure !== undefined) throw made.failure;
    return made.value;
  };
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
