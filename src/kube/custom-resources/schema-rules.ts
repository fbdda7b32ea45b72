import { digString, type JsonObject } from '../../core/json.js';
import { quote } from '../../core/api-error.js';
import { invalidShown, invalidValue, required, unsupported, type Cause } from '../validation/causes.js';
import type { TypedSchema } from './cel-environment.js';
import { ruleProblem, rulesOf } from './cel-rules.js';
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

/**
 * What keeps the rules of a schema from being compiled, or from being asked where they are.
 *
 * @param unrelated Where, above this schema, what was there before cannot be told; absent: nowhere.
 */
export function ruleProblems(of: TypedSchema, path: string, unrelated: string | undefined): Cause[] {
  const { schema } = of;
  return rulesOf(schema).flatMap((rule, at) => {
    const place = `${path}.${extension}[${String(at)}]`;
    const [text, expression] = [digString(rule, 'rule'), digString(rule, 'messageExpression')];
    const optional = rule['optionalOldSelf'];
    const causes: Cause[] = [];
    const why = ruleProblem(text, of, optional === true, 'bool');
    if (why !== undefined) causes.push(invalidShown(`${place}.rule`, goRule(rule), why));
    const other = expression === '' ? undefined : ruleProblem(expression, of, optional === true, 'string');
    if (other !== undefined) causes.push(invalidShown(`${place}.messageExpression`, goRule(rule), other));
    if (why !== undefined) return causes;
    if (!/\boldSelf\b/.test(text)) {
      if (typeof optional === 'boolean')
        causes.push(
          invalidShown(
            `${place}.optionalOldSelf`,
            String(optional),
            'may not be set if oldSelf is not used in rule',
          ),
        );
    } else if (unrelated !== undefined)
      causes.push(
        invalidValue(
          `${place}.rule`,
          text,
          `oldSelf cannot be used on the uncorrelatable portion of the schema within ${unrelated}`,
        ),
      );
    return causes;
  });
}

/** A rule as Go prints it; what is no empty pointer is printed as what it points at, as addresses tell nothing. */
function goRule(rule: JsonObject): string {
  const text = (key: string): string => quote(digString(rule, key));
  const { reason, optionalOldSelf } = rule;
  const shownReason = typeof reason === 'string' ? `(${quote(reason)})` : '(nil)';
  const shownOptional = typeof optionalOldSelf === 'boolean' ? `(${String(optionalOldSelf)})` : '(nil)';
  return `apiextensions.ValidationRule{Rule:${text('rule')}, Message:${text('message')}, MessageExpression:${text('messageExpression')}, Reason:(*apiextensions.FieldValueErrorReason)${shownReason}, FieldPath:${text('fieldPath')}, OptionalOldSelf:(*bool)${shownOptional}}`;
}
