import { isSet } from '../../custom-resources/schema-nodes.js';
import { digString, type JsonObject } from '../../../core/json.js';
import type { Checked, Declarations } from '../check/checked.js';
import { compileExpression } from '../check/checker.js';
import { knownFunctions, typeNames } from '../library/all.js';
import { planProblem } from '../run/plan-problem.js';
import { CelCompileError } from '../syntax/problems.js';
import { optionalType, type CelType } from '../types/cel-type.js';
import { typeOfSchema, type SchemaType } from '../types/schema-types.js';

/** A schema rules are about, and whether it is that of a whole resource. */
export interface RuleSchema {
  readonly schema: JsonObject;
  readonly isRoot: boolean;
}

/** What rules of a schema are compiled with: read once. */
interface Known {
  readonly type: SchemaType | undefined;
  readonly programs: Map<string, Checked | string>;
}

const known = new WeakMap<JsonObject, Map<boolean, Known>>();

/** Kubernetes makes up a name for the type of `self`, another each time; it shows in messages only. */
const selfName = 'selfType1';

function knownOf({ schema, isRoot }: RuleSchema): Known {
  let both = known.get(schema);
  if (both === undefined) known.set(schema, (both = new Map<boolean, Known>()));
  let found = both.get(isRoot);
  if (found === undefined) {
    const isResource = isRoot || isSet(schema, 'x-kubernetes-embedded-resource');
    found = { type: typeOfSchema(schema, isResource, selfName), programs: new Map() };
    both.set(isRoot, found);
  }
  return found;
}

/** The type of what the rules of a schema are about; `undefined` when rules cannot see it. */
export function ruleType(of: RuleSchema): SchemaType | undefined {
  return knownOf(of).type;
}

/**
 * Reads a rule, or the expression that makes its message.
 *
 * @param rule What it is part of: whether it takes an old value that may be missing.
 * @param wanted The type it has to give.
 * @returns what keeps it from being one
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/cel/compilation.go compileRule
 */
export function ruleProgram(
  text: string,
  rule: JsonObject,
  of: RuleSchema,
  wanted: 'bool' | 'string',
): Checked | string {
  const { type, programs } = knownOf(of);
  const isOptional = rule['optionalOldSelf'] === true;
  const key = `${wanted} ${String(isOptional)} ${text}`;
  let program = programs.get(key);
  if (program === undefined)
    programs.set(key, (program = compiled(text, variables(type, isOptional), wanted)));
  return program;
}

function variables(type: SchemaType | undefined, isOptional: boolean): Map<string, CelType> {
  if (type === undefined) return new Map();
  return new Map([
    ['self', type.type],
    ['oldSelf', isOptional ? optionalType(type.type) : type.type],
  ]);
}

function compiled(
  text: string,
  given: ReadonlyMap<string, CelType>,
  wanted: 'bool' | 'string',
): Checked | string {
  const isRule = wanted === 'bool';
  try {
    const checked = compileExpression(text, declarationsOf(given));
    if (checked.types.get(checked.expression)?.kind !== wanted)
      return isRule
        ? 'cel expression must evaluate to a bool'
        : 'messageExpression must evaluate to a string';
    const why = planProblem(checked);
    return why === undefined
      ? checked
      : `${isRule ? 'program' : 'messageExpression'} instantiation failed: ${why}`;
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return `${isRule ? '' : 'messageExpression '}compilation failed: ${error.message}`;
  }
}

/** All that can be called, with the variables given. */
export function declarationsOf(given: ReadonlyMap<string, CelType>): Declarations {
  return { variables: given, types: typeNames, functions: knownFunctions() };
}

/** The expression of a rule that makes its message; empty when it has none. */
export function messageExpression(rule: JsonObject): string {
  return digString(rule, 'messageExpression');
}
