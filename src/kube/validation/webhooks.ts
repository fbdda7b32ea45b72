import { isDeepStrictEqual } from 'node:util';
import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { nameProblems } from '../../registry/names.js';
import { conditionProblems, optionProblems, ruleProblems } from './admission-rules.js';
import {
  duplicate,
  goStrings,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { selectorProblems } from './labels.js';
import { webhookClientProblems } from './webhook-client.js';

const harmless = ['None', 'NoneOnDryRun'];
const effects = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const reviewVersions = ['v1', 'v1beta1'];

/** What was already wrong with webhooks, and so may go on. */
interface Leniency {
  readonly sideEffects: boolean;
  readonly versions: boolean;
  readonly names: boolean;
  readonly conditions: boolean;
}

/**
 * What is wrong with a configuration of webhooks.
 *
 * @throws ApiError 501 for a condition that cannot be evaluated here
 * @see kubernetes/kubernetes pkg/apis/admissionregistration/validation/validation.go
 */
export function webhookProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const may = leniencyOf(object, previous);
  const hooks = digArray(object, 'webhooks');
  const names = hooks.map((hook) => digString(hook, 'name'));
  return hooks.flatMap((hook, at) => {
    const path = `webhooks[${String(at)}]`;
    const own = [
      ...hookProblems(hook, path, may),
      ...versionProblems(hook, `${path}.admissionReviewVersions`, may.versions),
    ];
    const name = names[at] ?? '';
    const isTaken = !may.names && name !== '' && names.indexOf(name) < at;
    return isTaken ? [...own, duplicate(`${path}.name`, name)] : own;
  });
}

function leniencyOf(object: KubeObject, previous: KubeObject | undefined): Leniency {
  const [now, before] = [digArray(object, 'webhooks'), digArray(previous, 'webhooks')];
  const names = before.map((hook) => digString(hook, 'name'));
  const conditions = (hooks: readonly Json[]): readonly Json[] =>
    hooks.map((hook) => digArray(hook, 'matchConditions'));
  return {
    sideEffects: before.some((hook) => !harmless.includes(digString(hook, 'sideEffects'))),
    versions: before.some((hook) => {
      const versions: readonly unknown[] = digArray(hook, 'admissionReviewVersions');
      return versions.length > 0 && !reviewVersions.some((one) => versions.includes(one));
    }),
    names: new Set(names).size < names.length,
    conditions: previous !== undefined && isDeepStrictEqual(conditions(now), conditions(before)),
  };
}

function hookProblems(hook: Json, path: string, may: Leniency): Cause[] {
  const given = digObject(hook);
  const allowed = may.sideEffects ? effects : harmless;
  const { sideEffects, timeoutSeconds } = given;
  const causes = [
    ...qualifiedProblems(digString(hook, 'name'), `${path}.name`),
    ...inItems(hook, 'rules', path, ruleProblems),
    ...optionProblems(`${path}.failurePolicy`, given['failurePolicy'], ['Fail', 'Ignore']),
    ...optionProblems(`${path}.matchPolicy`, given['matchPolicy'], ['Equivalent', 'Exact']),
  ];
  if (typeof sideEffects !== 'string')
    causes.push(required(`${path}.sideEffects`, `must specify one of ${allowed.join(', ')}`));
  else if (!allowed.includes(sideEffects))
    causes.push(unsupported(`${path}.sideEffects`, sideEffects, allowed));
  if (typeof timeoutSeconds === 'number' && (timeoutSeconds > 30 || timeoutSeconds < 1)) {
    const why = 'the timeout value must be between 1 and 30 seconds';
    causes.push(invalidShown(`${path}.timeoutSeconds`, String(timeoutSeconds), why));
  }
  causes.push(
    ...selectorProblems(given['namespaceSelector'], `${path}.namespaceSelector`),
    ...selectorProblems(given['objectSelector'], `${path}.objectSelector`),
    ...optionProblems(`${path}.reinvocationPolicy`, given['reinvocationPolicy'], ['IfNeeded', 'Never']),
    ...webhookClientProblems(digObject(dig(hook, 'clientConfig')), `${path}.clientConfig`),
  );
  return may.conditions ? causes : [...causes, ...conditionProblems(given, path)];
}

/** What is wrong with a name of at least three parts. */
function qualifiedProblems(name: string, field: string): Cause[] {
  if (name === '') return [required(field)];
  const bad = nameProblems(name, 'subdomain');
  if (bad.length > 0) return [invalidValue(field, name, bad.join(','))];
  return name.split('.').length < 3
    ? [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')]
    : [];
}

function versionProblems(hook: Json, field: string, mayBeUnknown: boolean): Cause[] {
  const versions = digArray(hook, 'admissionReviewVersions').map(String);
  const known = reviewVersions.join(', ');
  if (versions.length === 0) return [required(field, `must specify one of ${known}`)];
  const causes = versions.flatMap((version, at) => {
    const place = `${field}[${String(at)}]`;
    return versions.indexOf(version) < at
      ? [invalidValue(place, version, 'duplicate version')]
      : invalidFor(place, version, nameProblems(version, 'dns1035'));
  });
  return mayBeUnknown || versions.some((version) => reviewVersions.includes(version))
    ? causes
    : [...causes, invalidShown(field, goStrings(versions), `must include at least one of ${known}`)];
}
