import { digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import { goStrings, invalidShown, invalidValue, required, type Cause } from './causes.js';
import { amountProblems, isHugePages, isQuotaName, resourceNameProblems } from './quantities.js';

/** Scopes a pod is in or is not: nothing is compared with values. */
const plain = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'CrossNamespacePodAffinity'];
const scopes = [...plain, 'PriorityClass'];
const opposites = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];
/** What pods use, which all scopes but one may limit. */
const computed = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];

/**
 * What is wrong with a ResourceQuota, whose scopes may not change.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateResourceQuotaSpec
 */
export function quotaProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(object, 'spec');
  const causes = amountsProblems(spec['hard'], 'spec.hard');
  const names = Object.keys(digObject(spec, 'hard')).sort();
  const given = digArray(spec, 'scopes').map(String);
  const bad = (why: string): Cause => invalidShown('spec.scopes', shownScopes(spec['scopes']), why);
  for (const scope of given) {
    if (!scopes.includes(scope)) causes.push(bad('unsupported scope'));
    causes.push(...unfit(scope, names).map(() => bad(misplaced)));
  }
  for (const pair of opposites)
    if (pair.every((one) => given.includes(one))) causes.push(bad('conflicting scopes'));
  causes.push(...selectorProblems(spec, names));
  if (previous === undefined) return causes;
  const before = digArray(previous, 'spec', 'scopes').map(String);
  const same = sameJson([...new Set(given)].sort(), [...new Set(before)].sort());
  return same ? causes : [...causes, bad('field is immutable')];
}

/** What is wrong with the status of a ResourceQuota somebody writes. */
export function quotaStatusProblems(object: KubeObject): Cause[] {
  const status = digObject(object, 'status');
  return ['hard', 'used'].flatMap((key) => amountsProblems(status[key], `status.${key}`));
}

function amountsProblems(amounts: Json | undefined, path: string): Cause[] {
  return Object.entries(digObject(amounts)).flatMap(([name, value]) => {
    const field = `${path}[${name}]`;
    return [...resourceNameProblems(name, field, 'quota'), ...amountProblems(name, value, field)];
  });
}

const misplaced = 'unsupported scope applied to resource';

/** Resources of Kubernetes' own that a scope cannot limit. */
function unfit(scope: string, names: readonly string[]): string[] {
  const fit = scope === 'BestEffort' ? [] : scopes.includes(scope) ? computed : names;
  const isFixed = (name: string): boolean => isQuotaName(name) || isHugePages(name);
  return names.filter((name) => isFixed(name) && name !== 'pods' && !fit.includes(name));
}

function shownScopes(value: Json | undefined): string {
  const type = '[]core.ResourceQuotaScope';
  if (!Array.isArray(value)) return `${type}(nil)`;
  return `${type}{${value.map((one) => JSON.stringify(one)).join(', ')}}`;
}

function selectorProblems(spec: Json, names: readonly string[]): Cause[] {
  const path = 'spec.scopeSelector.matchExpressions';
  const wanted = digArray(spec, 'scopeSelector', 'matchExpressions');
  const causes = wanted.flatMap((one) => {
    const [scope, operator] = [digString(one, 'scopeName'), digString(one, 'operator')];
    const found = scopes.includes(scope)
      ? []
      : [invalidValue(`${path}.scopeName`, scope, 'unsupported scope')];
    found.push(...unfit(scope, names).map(() => invalidShown(path, shownSelector(wanted), misplaced)));
    if (plain.includes(scope) && operator !== 'Exists')
      found.push(invalidValue(`${path}.operator`, operator, onlyExists));
    return [...found, ...valueProblems(operator, digArray(one, 'values'), path)];
  });
  const given = new Set(wanted.map((one) => digString(one, 'scopeName')));
  const shown = shownScopes(
    digArray(spec, 'scopes').length === 0 ? undefined : [...digArray(spec, 'scopes')],
  );
  for (const pair of opposites)
    if (pair.every((one) => given.has(one))) causes.push(invalidShown(path, shown, 'conflicting scopes'));
  return causes;
}

const onlyExists =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

function valueProblems(operator: string, values: readonly Json[], path: string): Cause[] {
  switch (operator) {
    case 'In':
    case 'NotIn': {
      const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
      return values.length === 0 ? [required(`${path}.values`, why)] : [];
    }
    case 'Exists':
    case 'DoesNotExist': {
      const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
      return values.length === 0 ? [] : [invalidShown(`${path}.values`, goStrings(values), why)];
    }
    default:
      return [invalidValue(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}

function shownSelector(wanted: readonly Json[]): string {
  const type = 'core.ScopedResourceSelectorRequirement';
  const shown = wanted.map((one) => {
    const values = digArray(one, 'values');
    const list = values.length === 0 ? '[]string(nil)' : goStrings(values);
    const [scope, operator] = [digString(one, 'scopeName'), digString(one, 'operator')];
    return `${type}{ScopeName:${JSON.stringify(scope)}, Operator:${JSON.stringify(operator)}, Values:${list}}`;
  });
  return `core.ScopeSelector{MatchExpressions:[]${type}{${shown.join(', ')}}}`;
}
