import { quote } from '../../core/api-error.js';
import { digObject, type Json, type JsonObject } from '../../core/json.js';
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
  return `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}`;
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
