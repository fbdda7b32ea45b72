import { goQuote } from './go-format.js';
import { isJsonObject, type Json } from './json.js';

/** A value of unknown type the way Go's `%#v` prints it: `map[string]interface {}{"a":1}`. */
export function goValue(value: Json): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[]interface {}{${(value as readonly Json[]).map(goValue).join(', ')}}`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${goQuote(key)}:${goValue(member)}`);
  return `map[string]interface {}{${members.join(', ')}}`;
}

/** A JSON value as Go's `%v` prints it: `map[a:1 b:[x y]]`. */
export function goPlainValue(value: Json | undefined): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(goPlainValue).join(' ')}]`;
  if (!isJsonObject(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${key}:${goPlainValue(value[key])}`);
  return `map[${members.join(' ')}]`;
}

/** The type a JSON value has once Kubernetes decoded it, as Go's `%s` prints a `reflect.Type`. */
export function goTypeName(value: Json | undefined): string {
  if (value === null || value === undefined) return '%!s(<nil>)';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}
