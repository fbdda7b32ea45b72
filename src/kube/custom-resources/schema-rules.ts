import { digString, type JsonObject } from '../../core/json.js';
import { quote } from '../../core/api-error.js';
import {
  forbidden,
  invalidShown,
  invalidValue,
  required,
  unsupported,
  type Cause,
} from '../validation/causes.js';
import { rulesOf } from './cel-rules.js';
import {
  checkRule,
  definitionLimit,
  mostTimes,
  ruleLimit,
  tooExpensive,
} from '../cel/rules/rule-problems.js';
import { ruleType, type RuleSchema } from '../cel/rules/rule-programs.js';
import { fieldOfSchema } from './field-of-schema.js';

const extension = 'x-kubernetes-validations';
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const lineBreak = /[\n\r]/;

/**
 * What is wrong with how the rules of a schema are written, whatever they ask.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation ValidateCustomResourceDefinitionOpenAPISchema
 */
export function ruleFormProblems(schema: JsonObject, path: string): Cause[] {
  return rulesOf(schema).flatMap((rule, at) =>
    formProblems(rule, schema, `${path}.${extension}[${String(at)}]`),
  );
}

function formProblems(rule: JsonObject, schema: JsonObject, place: string): Cause[] {
  const causes: Cause[] = [];
  const [text, message, expression, field] = ['rule', 'message', 'messageExpression', 'fieldPath'].map(
    (key) => digString(rule, key),
  ) as [string, string, string, string];
  if (text.trim() === '') causes.push(required(`${place}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '')
    causes.push(invalidValue(`${place}.message`, message, 'message must be non-empty if specified'));
  else if (lineBreak.test(message.trim()))
    causes.push(invalidValue(`${place}.message`, message, 'message must not contain line breaks'));
  else if (lineBreak.test(text.trim()) && message.trim() === '')
    causes.push(required(`${place}.message`, 'message must be specified if rule contains line breaks'));
  if (expression !== '' && expression.trim() === '')
    causes.push(required(`${place}.messageExpression`, 'messageExpression must be non-empty if specified'));
  const { reason } = rule;
  if (typeof reason === 'string' && !reasons.includes(reason))
    causes.push(unsupported(`${place}.reason`, reason, reasons));
  if (field === '') return causes;
  if (field.trim() === '')
    causes.push(invalidValue(`${place}.fieldPath`, field, 'fieldPath must be non-empty if specified'));
  if (lineBreak.test(field))
    causes.push(invalidValue(`${place}.fieldPath`, field, 'fieldPath must not contain line breaks'));
  if (typeof fieldOfSchema(field, schema, true) === 'string')
    causes.push(invalidValue(`${place}.fieldPath`, field, 'fieldPath must be a valid path'));
  return causes;
}

/** What holds for the rules of a schema because of what is around it. */
export interface RuleSurroundings {
  /** Where, above it, what was there before cannot be told; absent: nowhere. */
  readonly unrelated?: string | undefined;
  /** How often a value of it can occur in a resource; absent: without limit. */
  readonly times: number | undefined;
}

/** What a rule can cost, and where it stands. */
export interface RuleCost {
  readonly path: string;
  readonly cost: number;
}

/** What is wrong with the rules of a schema, and what they can cost. */
export interface RuleFindings {
  readonly causes: readonly Cause[];
  readonly costs: readonly RuleCost[];
}

/**
 * What keeps the rules of a schema from being compiled, from being asked where they are, or from being paid for.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation ValidateCustomResourceDefinitionOpenAPISchema
 */
export function ruleFindings(of: RuleSchema, path: string, around: RuleSurroundings): RuleFindings {
  const rules = rulesOf(of.schema);
  const causes: Cause[] = [];
  const costs: RuleCost[] = [];
  if (rules.length > 0 && ruleType(of) === undefined) {
    const why =
      'failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';
    return { causes: [internal(`${path}.${extension}`, `internal error: ${why}`)], costs };
  }
  for (const [at, rule] of rules.entries()) {
    const place = `${path}.${extension}[${String(at)}]`;
    const text = digString(rule, 'rule');
    const check = checkRule(text, rule, of);
    const cost = check.cost === 0 ? 0 : check.cost * (around.times ?? mostTimes(of));
    const pay = (field: string, what: string, price: number): void => {
      if (price > ruleLimit)
        causes.push(forbidden(field, tooExpensive(`estimated ${what} cost`, price, ruleLimit)));
      costs.push({ path: field, cost: price });
    };
    pay(`${place}.rule`, 'rule', cost);
    if (check.problem !== undefined) causes.push(invalidShown(`${place}.rule`, goRule(rule), check.problem));
    if (check.messageProblem !== undefined)
      causes.push(invalidShown(`${place}.messageExpression`, goRule(rule), check.messageProblem));
    else if (check.messageCost !== undefined)
      pay(`${place}.messageExpression`, 'messageExpression', check.messageCost);
    causes.push(...oldSelfProblems(rule, place, check.usesOldSelf, around.unrelated));
  }
  return { causes, costs };
}

function oldSelfProblems(
  rule: JsonObject,
  place: string,
  usesOldSelf: boolean,
  unrelated: string | undefined,
): Cause[] {
  const optional = rule['optionalOldSelf'];
  if (!usesOldSelf) {
    const why = 'may not be set if oldSelf is not used in rule';
    return typeof optional === 'boolean'
      ? [invalidShown(`${place}.optionalOldSelf`, String(optional), why)]
      : [];
  }
  if (unrelated === undefined) return [];
  const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${unrelated}`;
  return [invalidValue(`${place}.rule`, digString(rule, 'rule'), why)];
}

function internal(field: string, why: string): Cause {
  return { reason: 'InternalError', message: `Internal error: ${why}`, field };
}

/** Rules that are told when all together cost too much. */
const toldAtMost = 4;

/** What is wrong with what all rules of a schema cost together. @param path Of the schema. */
export function totalCostProblems(costs: readonly RuleCost[], path: string): Cause[] {
  const total = costs.reduce((sum, { cost }) => sum + cost, 0);
  if (total <= definitionLimit) return [];
  const expensive = costs
    .filter(({ cost }) => cost >= definitionLimit / 100)
    .sort((a, b) => b.cost - a.cost)
    .slice(0, toldAtMost);
  const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
  return [
    ...expensive.map((one) =>
      forbidden(
        one.path,
        'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
      ),
    ),
    forbidden(path, tooExpensive(what, total, definitionLimit)),
  ];
}

/** A rule as Go prints it; what is no empty pointer is printed as what it points at, as addresses tell nothing. */
function goRule(rule: JsonObject): string {
  const text = (key: string): string => quote(digString(rule, key));
  const { reason, optionalOldSelf } = rule;
  const shownReason = typeof reason === 'string' ? `(${quote(reason)})` : '(nil)';
  const shownOptional = typeof optionalOldSelf === 'boolean' ? `(${String(optionalOldSelf)})` : '(nil)';
  return `apiextensions.ValidationRule{Rule:${text('rule')}, Message:${text('message')}, MessageExpression:${text('messageExpression')}, Reason:(*apiextensions.FieldValueErrorReason)${shownReason}, FieldPath:${text('fieldPath')}, OptionalOldSelf:(*bool)${shownOptional}}`;
}
