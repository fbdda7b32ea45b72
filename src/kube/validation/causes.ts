import { quote } from '../../core/api-error.js';
import { digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import { sameJson } from '../../core/same-json.js';
import { invalidValue, type Cause } from '../../registry/object-meta.js';

export { invalidValue, type Cause };

/** `Required value`, with a hint where Kubernetes gives one. */
export function required(field: string, hint = ''): Cause {
  return { reason: 'FieldValueRequired', message: `Required value${hint && `: ${hint}`}`, field };
}

/** `Invalid value: 3: why`, for values that are shown without quotes. */
export function invalidShown(field: string, shown: string, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${why}`, field };
}

/** A value as Go prints what a pointer points at: nothing is a text there. */
export function shownPointer(value: Json | undefined): string {
  return value === undefined || value === null ? '"null"' : JSON.stringify(value);
}

/** `Duplicate value: "v"`. */
export function duplicate(field: string, value: string): Cause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${quote(value)}`, field };
}

/** `Unsupported value: "v": supported values: …`, in the order Kubernetes lists them. */
export function unsupported(field: string, value: string, supported: readonly string[]): Cause {
  const list = supported.map((one) => quote(one)).join(', ');
  const message = `Unsupported value: ${quote(value)}: supported values: ${list}`;
  return { reason: 'FieldValueNotSupported', message, field };
}

/** `Forbidden: why`. */
export function forbidden(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

/** `Not found: "v"`. */
export function missing(field: string, value: string): Cause {
  return { reason: 'FieldValueNotFound', message: `Not found: ${quote(value)}`, field };
}

/** `Too long: may not be more than N bytes`. */
export function tooLong(field: string, most: number): Cause {
  const message = `Too long: may not be more than ${String(most)} bytes`;
  return { reason: 'FieldValueTooLong', message, field };
}

/** `Too many: N: must have at most M items`. */
export function tooMany(field: string, count: number, most: number): Cause {
  const message = `Too many: ${String(count)}: must have at most ${String(most)} items`;
  return { reason: 'FieldValueTooMany', message, field };
}

/** One cause for each text that says what is wrong with a value. */
export function invalidFor(field: string, value: string, texts: readonly string[]): Cause[] {
  return texts.map((why) => invalidValue(field, value, why));
}

/** What is wrong with the members of a list, told for each with its field, such as `spec.rules[0]`. */
export function inItems(
  owner: Json | undefined,
  key: string,
  path: string,
  problems: (item: Json, field: string) => readonly Cause[],
): Cause[] {
  return digArray(owner, key).flatMap((item, at) => problems(item, `${path}.${key}[${String(at)}]`));
}

/** What is wrong with a text that must be one of a few; one that is missing is required. */
export function choiceProblems(
  field: string,
  value: Json | undefined,
  supported: readonly string[],
): Cause[] {
  const text = typeof value === 'string' ? value : '';
  if (text === '') return [required(field)];
  return supported.includes(text) ? [] : [unsupported(field, text, supported)];
}

/** `Invalid value: … field is immutable` when a member is no longer what it was; `shown` is the value as Go prints it. */
export function immutableProblems(
  field: string,
  now: Json | undefined,
  before: Json | undefined,
  shown: string,
): Cause[] {
  return sameJson(now, before) ? [] : [invalidShown(field, shown, 'field is immutable')];
}

/** A text as it is, anything else as JSON. */
export function plainText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A plain member the way Go prints it; objects as JSON, which Go shows as its structs. */
export function goLiteral(value: Json | undefined): string {
  return value === undefined ? '""' : JSON.stringify(value);
}

/** A list of texts the way Go prints it: `[]string{"a", "b"}`. */
export function goStrings(values: readonly Json[]): string {
  return `[]string{${values.map((one) => quote(plainText(one))).join(', ')}}`;
}

/** A map of texts the way Go prints it: `map[string]string{"a":"b"}`. */
export function goMap(value: Json | undefined): string {
  const entries = Object.entries(digObject(value));
  if (entries.length === 0) return 'map[string]string(nil)';
  const texts = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => `${quote(key)}:${quote(typeof text === 'string' ? text : '')}`);
  return `map[string]string{${texts.join(', ')}}`;
}

/** A label selector the way Go prints it. */
export function goSelector(selector: JsonObject): string {
  const labels = goMap(selector['matchLabels']);
  const requirement = 'v1.LabelSelectorRequirement';
  const expressions = digArray(selector, 'matchExpressions').map((one) => {
    const values = digArray(one, 'values');
    const shown = values.length === 0 ? '[]string(nil)' : goStrings(values);
    return `${requirement}{Key:${quote(digString(one, 'key'))}, Operator:${quote(digString(one, 'operator'))}, Values:${shown}}`;
  });
  const list =
    expressions.length === 0 ? `[]${requirement}(nil)` : `[]${requirement}{${expressions.join(', ')}}`;
  return `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:${list}}`;
}

/** What is wrong with a count that must not be below zero. */
export function negative(field: string, value: Json | undefined): Cause[] {
  return typeof value === 'number' && value < 0
    ? [invalidShown(field, String(value), 'must be greater than or equal to 0')]
    : [];
}

/** What is wrong with a port number; an absent one is none of this rule's business. */
export function portProblems(field: string, value: Json | undefined): Cause[] {
  return typeof value === 'number' && (value < 1 || value > 65_535)
    ? [invalidShown(field, String(value), 'must be between 1 and 65535, inclusive')]
    : [];
}
