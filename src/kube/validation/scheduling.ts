import { dig, digArray, digObject, digString, isJsonObject, type Json } from '../../core/json.js';
import { labelValueProblems, nameProblems, qualifiedNameProblems } from '../../registry/names.js';
import {
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { labelKeyProblems } from './label-keys.js';
import { operatorProblems, selectorProblems } from './labels.js';

/** What a taint does to pods that do not put up with it. */
export const taintEffects: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/**
 * What is wrong with where a pod may run.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateAffinity
 */
export function affinityProblems(spec: Json, path: string): Cause[] {
  const affinity = dig(spec, 'affinity');
  if (!isJsonObject(affinity)) return [];
  const field = `${path}.affinity`;
  return [
    ...nodeAffinityProblems(affinity['nodeAffinity'], `${field}.nodeAffinity`),
    ...['podAffinity', 'podAntiAffinity'].flatMap((key) =>
      podAffinityProblems(affinity[key], `${field}.${key}`),
    ),
  ];
}

const must = 'requiredDuringSchedulingIgnoredDuringExecution';
const should = 'preferredDuringSchedulingIgnoredDuringExecution';

function nodeAffinityProblems(affinity: Json | undefined, path: string): Cause[] {
  const needed = dig(affinity, must);
  const causes = isJsonObject(needed) ? nodeSelectorProblems(needed, `${path}.${must}`) : [];
  return [
    ...causes,
    ...inItems(affinity, should, path, (term, field) => [
      ...weightProblems(term, field),
      ...termProblems(digObject(term, 'preference'), `${field}.preference`),
    ]),
  ];
}

/** What is wrong with a selector of nodes. */
export function nodeSelectorProblems(selector: Json, path: string): Cause[] {
  if (digArray(selector, 'nodeSelectorTerms').length === 0)
    return [required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')];
  return inItems(selector, 'nodeSelectorTerms', path, (term, field) => termProblems(term, field));
}

function weightProblems(term: Json, field: string): Cause[] {
  const weight = dig(term, 'weight') ?? 0;
  return typeof weight === 'number' && (weight < 1 || weight > 100)
    ? [invalidShown(`${field}.weight`, String(weight), 'must be in the range 1-100')]
    : [];
}

/** Values of labels are not looked at: they were not when the first pods that name others were made. */
function termProblems(term: Json, path: string): Cause[] {
  return [
    ...inItems(term, 'matchExpressions', path, (expression, field) => {
      const [key, operator] = [digString(expression, 'key'), digString(expression, 'operator')];
      const values = digArray(expression, 'values');
      const isOrder = operator === 'Gt' || operator === 'Lt';
      const causes = isOrder ? [] : operatorProblems(operator, values.length, field);
      if (isOrder && values.length !== 1)
        causes.push(
          required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"),
        );
      return [...causes, ...invalidFor(`${field}.key`, key, qualifiedNameProblems(key))];
    }),
    ...inItems(term, 'matchFields', path, nodeFieldProblems),
  ];
}

function nodeFieldProblems(expression: Json, field: string): Cause[] {
  const [key, operator] = [digString(expression, 'key'), digString(expression, 'operator')];
  const causes: Cause[] = [];
  if (operator !== 'In' && operator !== 'NotIn')
    causes.push(invalidValue(`${field}.operator`, operator, 'not a valid selector operator'));
  else if (digArray(expression, 'values').length !== 1) {
    const why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    causes.push(required(`${field}.values`, why));
  }
  if (key !== 'metadata.name')
    return [...causes, invalidValue(`${field}.key`, key, 'not a valid field selector key')];
  return [
    ...causes,
    ...inItems(expression, 'values', field, (value, place) =>
      typeof value === 'string' ? invalidFor(place, value, nameProblems(value, 'subdomain')) : [],
    ),
  ];
}

function podAffinityProblems(affinity: Json | undefined, path: string): Cause[] {
  return [
    ...inItems(affinity, must, path, podTermProblems),
    ...inItems(affinity, should, path, (term, field) => [
      ...weightProblems(term, field),
      ...podTermProblems(digObject(term, 'podAffinityTerm'), `${field}.podAffinityTerm`),
    ]),
  ];
}

function podTermProblems(term: Json, field: string): Cause[] {
  const key = digString(term, 'topologyKey');
  const causes = [
    ...selectorProblems(dig(term, 'labelSelector'), `${field}.labelSelector`),
    ...selectorProblems(dig(term, 'namespaceSelector'), `${field}.namespaceSelector`),
  ];
  for (const name of digArray(term, 'namespaces'))
    if (typeof name === 'string')
      causes.push(...invalidFor(`${field}.namespace`, name, nameProblems(name, 'label')));
  causes.push(...labelKeyProblems(term, field));
  if (key === '') causes.push(required(`${field}.topologyKey`, 'can not be empty'));
  return [...causes, ...invalidFor(`${field}.topologyKey`, key, qualifiedNameProblems(key))];
}

/** What is wrong with what a pod puts up with. */
export function tolerationProblems(toleration: Json, field: string): Cause[] {
  const [key, operator, value, effect] = ['key', 'operator', 'value', 'effect'].map((name) =>
    digString(toleration, name),
  ) as [string, string, string, string];
  const causes = key === '' ? [] : invalidFor(`${field}.key`, key, qualifiedNameProblems(key));
  if (key === '' && operator !== 'Exists') {
    const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    causes.push(invalidValue(`${field}.operator`, operator, why));
  }
  if (dig(toleration, 'tolerationSeconds') !== undefined && effect !== 'NoExecute') {
    const why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    causes.push(invalidValue(`${field}.effect`, effect, why));
  }
  if (operator === '' || operator === 'Equal') {
    const texts = labelValueProblems(value);
    if (texts.length > 0) causes.push(invalidValue(`${field}.operator`, value, texts.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '')
      causes.push(
        invalidValue(`${field}.operator`, value, "value must be empty when `operator` is 'Exists'"),
      );
  } else causes.push(unsupported(`${field}.operator`, operator, ['Equal', 'Exists']));
  if (effect !== '' && !taintEffects.includes(effect))
    causes.push(unsupported(`${field}.effect`, effect, taintEffects));
  return causes;
}
