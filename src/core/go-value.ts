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
