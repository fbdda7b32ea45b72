import { digArray, digString, type Json } from '../../core/json.js';
import { nameProblems } from '../../registry/names.js';
import { invalidValue, required, type Cause } from '../validation/causes.js';

const needed = ['plural', 'singular', 'kind', 'listKind'];

/** What a definition does not say of its names. */
export function missingNames(names: Json | undefined, path: string): Cause[] {
  return needed.filter((key) => digString(names, key) === '').map((key) => required(`${path}.${key}`));
}

/**
 * What is wrong with the names of a kind.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation ValidateCustomResourceDefinitionNames
 */
export function nameListProblems(names: Json | undefined, path: string): Cause[] {
  const causes: Cause[] = [];
  for (const key of needed) {
    const given = digString(names, key);
    if (given === '') continue;
    const isKind = key === 'kind' || key === 'listKind';
    const bad = nameProblems(isKind ? given.toLowerCase() : given, 'dns1035').join(',');
    const why = isKind ? `may have mixed case, but should otherwise match: ${bad}` : bad;
    if (bad !== '') causes.push(invalidValue(`${path}.${key}`, given, why));
  }
  causes.push(...labelListProblems(names, 'shortNames', path));
  const [kind, listKind] = [digString(names, 'kind'), digString(names, 'listKind')];
  if (kind !== '' && kind === listKind)
    causes.push(invalidValue(`${path}.listKind`, listKind, 'kind and listKind may not be the same'));
  return [...causes, ...labelListProblems(names, 'categories', path)];
}

function labelListProblems(names: Json | undefined, key: string, path: string): Cause[] {
  return digArray(names, key).flatMap((given, at) => {
    const bad = typeof given === 'string' ? nameProblems(given, 'dns1035').join(',') : '';
    return typeof given !== 'string' || bad === ''
      ? []
      : [invalidValue(`${path}.${key}[${String(at)}]`, given, bad)];
  });
}
