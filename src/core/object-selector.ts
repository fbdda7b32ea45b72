import { digArray, digObject, digString, isJsonObject, type Json } from './json.js';

/**
 * Tells whether labels satisfy a selector as objects carry it (`matchLabels`, `matchExpressions`).
 *
 * An absent selector selects nothing, an empty one everything.
 */
export function selects(selector: Json | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  if (!isJsonObject(selector)) return false;
  const valueOf = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  for (const [key, value] of Object.entries(digObject(selector, 'matchLabels'))) {
    if (valueOf(key) !== value) return false;
  }
  return digArray(selector, 'matchExpressions').every((expression) => {
    const value = valueOf(digString(expression, 'key'));
    const values = digArray(expression, 'values');
    switch (digString(expression, 'operator')) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}
