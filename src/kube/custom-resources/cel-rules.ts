import { quote } from '../../core/api-error.js';
import { digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { Cause } from '../../registry/object-meta.js';
import { messageExpression, ruleProgram, ruleType, type RuleSchema } from '../cel/rules/rule-programs.js';
import { evaluate } from '../cel/run/evaluate.js';
import { withResourceMembers } from '../cel/resource-schema.js';
import { Lineage, type Correlated } from './correlated.js';
import { fieldOfSchema } from './field-of-schema.js';
import { variablesOf, type Variables } from './rule-variables.js';
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

/** What rules a resource broke before, with what did not change, count as. */
export interface Tolerance {
  readonly since: Correlated;
  /** Is told what is tolerated. */
  readonly tolerate: (cause: Cause) => void;
}

/**
 * The rules (`x-kubernetes-validations`) a resource breaks. Rules about `oldSelf` are asked on updates only, and only where
 * the old value can be told: not inside lists that are no maps.
 *
 * @param tolerance For rules that are not about `oldSelf` and broken by what did not change; absent: they count as others.
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/cel/validation.go
 */
export function brokenRules(
  value: JsonObject,
  previous: JsonObject | undefined,
  schema: JsonObject,
  tolerance?: Tolerance,
): Cause[] {
  const lineage = new Lineage(tolerance?.since);
  return new Walk(tolerance?.tolerate).all(
    { value, old: previous, path: '', lineage },
    { schema, isRoot: true },
  );
}

/** The rules a part of a resource breaks, told with the path of that part. */
export function brokenRulesAt(
  value: Json,
  previous: Json | undefined,
  of: RuleSchema,
  path: string,
): Cause[] {
  return new Walk().all({ value, old: previous, path, lineage: new Lineage(undefined) }, of);
}

/** A part of a resource, and what it was before. */
interface Part {
  readonly value: Json;
  readonly old: Json | undefined;
  readonly path: string;
  readonly lineage: Lineage;
}

/** One look at a resource: all its rules have one budget. */
class Walk {
  readonly #causes: Cause[] = [];
  readonly #tolerate: ((cause: Cause) => void) | undefined;
  #left = budget;

  constructor(tolerate?: (cause: Cause) => void) {
    this.#tolerate = tolerate;
  }

  all(part: Part, of: RuleSchema): Cause[] {
    this.#visit(part, of);
    return this.#causes;
  }

  #visit(part: Part, { schema, isRoot }: RuleSchema): void {
    const { value, old, path, lineage } = part;
    if (value === null || this.#left < 0) return;
    this.#ask(part, { schema, isRoot });
    if (Array.isArray(value)) {
      const items = itemSchema(schema);
      if (!hasRules(items)) return;
      for (const [at, item] of (value as readonly Json[]).entries())
        this.#visit(
          {
            value: item,
            old: sameItem(item, old, schema),
            path: childPath(path, at),
            lineage: lineage.index(at),
          },
          { schema: items, isRoot: false },
        );
    } else if (isJsonObject(value)) this.#members(value, part, schema);
  }

  #members(value: JsonObject, { old, path, lineage }: Part, schema: JsonObject): void {
    const isNamed = isJsonObject(schema['properties']);
    for (const [key, member] of Object.entries(value)) {
      const described = member === undefined ? undefined : memberSchema(schema, key);
      if (described === undefined || member === undefined || !hasRules(described)) continue;
      const before = isJsonObject(old) && Object.hasOwn(old, key) ? old[key] : undefined;
      const place = isNamed ? childPath(path, key) : `${path}[${key}]`;
      this.#visit(
        { value: member, old: before ?? undefined, path: place, lineage: lineage.key(key) },
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
    const given = variablesOf(part.value, part.old, isResource ? withResourceMembers(of.schema) : of.schema);
    for (const rule of rules) {
      if (this.#left < 0) return;
      this.#askOne(rule, part, of, type, given);
    }
  }

  #askOne(rule: JsonObject, part: Part, of: RuleSchema, type: string, given: Variables): void {
    const { old, path } = part;
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
      if (outcome.value === true) return;
      const cause = this.#broken(rule, path, of, type, given);
      const tolerate = program.uses.has('oldSelf') || !part.lineage.isSame() ? undefined : this.#tolerate;
      if (tolerate === undefined) this.#causes.push(cause);
      else tolerate(cause);
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

  #broken(rule: JsonObject, path: string, of: RuleSchema, type: string, given: Variables): Cause {
    const field = fieldOfSchema(digString(rule, 'fieldPath'), of.schema, true);
    const place = typeof field === 'string' ? path : path + field.path;
    const plain = digString(rule, 'message').trim() || `failed rule: ${digString(rule, 'rule').trim()}`;
    const text = messageExpression(rule);
    const made = text === '' ? undefined : this.#message(text, rule, of, given);
    return caused(digString(rule, 'reason'), place, type, made ?? plain);
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
