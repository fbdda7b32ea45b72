import { dig, digArray, digObject, digString, isJsonObject, type Json } from '../../core/json.js';
import { qualifiedNameProblems } from '../../registry/names.js';
import { forbidden, inItems, invalidFor, invalidValue, plainText, type Cause } from './causes.js';

const unselected = 'must not be specified when labelSelector is not set';

/** What is wrong with the keys by which pods are spread beside their selector. @see validateMatchLabelKeysInTopologySpread */
export function spreadKeyProblems(constraint: Json, path: string): Cause[] {
  const key = 'matchLabelKeys';
  if (digArray(constraint, key).length === 0) return [];
  const selector = dig(constraint, 'labelSelector');
  const selected = new Set([
    ...Object.keys(digObject(selector, 'matchLabels')),
    ...digArray(selector, 'matchExpressions').map((one) => digString(one, 'key')),
  ]);
  return [
    ...(isJsonObject(selector) ? [] : [forbidden(`${path}.${key}`, unselected)]),
    ...inItems(constraint, key, path, (one, field) => {
      const name = plainText(one);
      const causes = invalidFor(field, name, qualifiedNameProblems(name));
      if (selected.has(name))
        causes.push(invalidValue(field, name, 'exists in both matchLabelKeys and labelSelector'));
      return causes;
    }),
  ];
}

/**
 * What is wrong with the keys by which an affinity knows pods beside its selector.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateMatchLabelKeysAndMismatchLabelKeys
 */
export function labelKeyProblems(term: Json, path: string): Cause[] {
  const selector = dig(term, 'labelSelector');
  const matched = digArray(term, 'matchLabelKeys').map(plainText);
  const mismatched = new Set(digArray(term, 'mismatchLabelKeys').map(plainText));
  const causes = ['matchLabelKeys', 'mismatchLabelKeys'].flatMap((key) => {
    if (digArray(term, key).length === 0) return [];
    if (!isJsonObject(selector)) return [forbidden(`${path}.${key}`, unselected)];
    return inItems(term, key, path, (one, field) =>
      invalidFor(field, plainText(one), qualifiedNameProblems(plainText(one))),
    );
  });
  const selected = new Set(Object.keys(digObject(selector, 'matchLabels')));
  for (const expression of digArray(selector, 'matchExpressions')) {
    const key = digString(expression, 'key');
    const at = matched.lastIndexOf(key);
    if (at >= 0 && selected.has(key)) {
      const why = 'exists in both matchLabelKeys and labelSelector';
      causes.push(invalidValue(`${path}[${String(at)}]`, key, why));
    }
    selected.add(key);
  }
  for (const [at, key] of matched.entries()) {
    if (!mismatched.has(key)) continue;
    const why = 'exists in both matchLabelKeys and mismatchLabelKeys';
    causes.push(invalidValue(`${path}.matchLabelKeys[${String(at)}]`, key, why));
  }
  return causes;
}
