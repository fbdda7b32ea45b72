import type { JsonObject } from '../../../core/json.js';
import { estimatedCost } from '../cost/estimate.js';
import { largestRequest } from '../types/schema-types.js';
import { messageExpression, ruleProgram, ruleType, type RuleSchema } from './rule-programs.js';

/** What there is to say about a rule before it is ever asked. */
export interface RuleCheck {
  /** What keeps it from being compiled. */
  readonly problem?: string;
  readonly messageProblem?: string;
  /** Whether it looks at the value there was before. */
  readonly usesOldSelf: boolean;
  /** The most one evaluation can cost. */
  readonly cost: number;
  readonly messageCost?: number;
}

/**
 * Compiles a rule and its message.
 */
export function checkRule(text: string, rule: JsonObject, of: RuleSchema): RuleCheck {
  const read = ruleProgram(text, rule, of, 'bool');
  if (typeof read === 'string') return { problem: read, usesOldSelf: false, cost: 0 };
  const usesOldSelf = read.uses.has('oldSelf');
  const cost = estimatedCost(read, ruleType(of));
  const message = messageExpression(rule);
  if (message === '') return { usesOldSelf, cost };
  const made = ruleProgram(message, rule, of, 'string');
  if (typeof made === 'string') return { messageProblem: made, usesOldSelf, cost };
  return { usesOldSelf, cost, messageCost: estimatedCost(made, ruleType(of)) };
}

/** The most one rule can cost for a whole resource. */
export const ruleLimit: number = 10_000_000;
/** The most all rules of a version can cost. */
export const definitionLimit: number = 100_000_000;

/** How often a value of a schema can occur in a resource whose schema sets no limit. */
export function mostTimes(of: RuleSchema): number {
  return Math.floor(largestRequest / ((ruleType(of)?.least ?? 0) + 1));
}

/** What is told of something that can cost too much. @see kubernetes/apiextensions-apiserver getCostErrorMessage */
export function tooExpensive(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown =
    factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
