import { digString, type JsonObject } from '../../core/json.js';
import { admissionProgram } from './admission-expressions.js';
import { evaluate } from '../cel/run/evaluate.js';
import { CelCompileError } from '../cel/syntax/problems.js';
import { valueOfJson } from '../cel/values/collections.js';
import type { CelValue } from '../cel/values/value.js';

/** What expressions are given, by name. */
export type AdmissionScope = Readonly<Record<string, CelValue>>;

/** What expressions are given about a write. @param request As in a review */
export function admissionScope(request: JsonObject): AdmissionScope {
  const { object, oldObject, ...rest } = request;
  const { uid: _, ...shown } = rest;
  return {
    object: valueOfJson(object),
    oldObject: valueOfJson(oldObject),
    request: valueOfJson(shown),
    namespaceObject: null,
    params: null,
  };
}

/** What came out of an expression of admission. */
export type AdmissionOutcome = { readonly value: CelValue } | { readonly failure: string };

/** What all expressions of one policy, or the conditions of one webhook, may cost. */
export interface Budget {
  left: number;
}

/** What is told when a budget is spent. */
export const outOfBudget: string =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/**
 * Evaluates an expression of admission.
 *
 * @throws ApiError 501 for one that asks the authorizer
 * @see kubernetes/apiserver pkg/admission/plugin/cel/activation.go Evaluate
 */
export function askAdmission(expression: string, scope: AdmissionScope, budget: Budget): AdmissionOutcome {
  const name = (one: string): CelValue | undefined => (Object.hasOwn(scope, one) ? scope[one] : undefined);
  try {
    const outcome = evaluate(admissionProgram(expression), name);
    budget.left -= outcome.cost;
    if (budget.left < 0) return { failure: outOfBudget };
    if (!('failure' in outcome)) return { value: outcome.value };
    return { failure: `expression '${expression}' resulted in error: ${outcome.failure}` };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { failure: `compilation error: compilation failed: ${error.message}` };
  }
}

/** What the conditions of a webhook may cost. @see kubernetes/apiserver pkg/apis/cel/config.go */
const conditionBudget = 2_500_000;

/** Whether all `matchConditions` hold; one that does not counts for more than one that cannot be evaluated. */
export function conditionsHold(
  conditions: readonly JsonObject[],
  request: JsonObject,
  more: AdmissionScope = {},
): { readonly holds: boolean; readonly problem?: string } {
  const scope = { ...admissionScope(request), ...more };
  const problems: string[] = [];
  const budget: Budget = { left: conditionBudget };
  for (const condition of conditions) {
    const outcome = askAdmission(digString(condition, 'expression'), scope, budget);
    if (budget.left < 0) return { holds: false, problem: outOfBudget };
    if ('failure' in outcome) problems.push(outcome.failure);
    else if (outcome.value === false) return { holds: false };
  }
  if (problems.length === 0) return { holds: true };
  return { holds: false, problem: problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]` };
}
