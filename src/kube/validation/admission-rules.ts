import { digArray, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { nameProblems, qualifiedNameProblems } from '../../registry/names.js';
import { checkAdmission, type AdmissionVariables } from '../admission/admission-expressions.js';
import { scalarTypes, type CelType } from '../cel/types/cel-type.js';
import {
  duplicate,
  goStrings,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  tooMany,
  unsupported,
  type Cause,
} from './causes.js';

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];
const mostConditions = 64;

/** What is wrong with a member that may say nothing, or else one of a few things. */
export function optionProblems(field: string, value: Json | undefined, known: readonly string[]): Cause[] {
  return typeof value === 'string' && !known.includes(value) ? [unsupported(field, value, known)] : [];
}

/**
 * What is wrong with which requests a webhook or policy is about.
 *
 * @see kubernetes/kubernetes pkg/apis/admissionregistration/validation/validation.go validateRuleWithOperations
 */
export function ruleProblems(rule: Json, path: string): Cause[] {
  const given = texts(rule, 'operations');
  const causes: Cause[] = [];
  const field = `${path}.operations`;
  if (given.length === 0) causes.push(required(field));
  if (given.length > 1 && given.includes('*')) {
    const shown = `[]admissionregistration.OperationType{${given.map((one) => JSON.stringify(one)).join(', ')}}`;
    causes.push(invalidShown(field, shown, "if '*' is present, must not specify other operations"));
  }
  for (const [at, one] of given.entries())
    if (!operations.includes(one)) causes.push(unsupported(`${field}[${String(at)}]`, one, operations));
  causes.push(...wildcardProblems(rule, 'apiGroups', 'API groups', path));
  causes.push(...wildcardProblems(rule, 'apiVersions', 'API versions', path));
  for (const [at, version] of texts(rule, 'apiVersions').entries())
    if (version === '') causes.push(required(`${path}.apiVersions[${String(at)}]`));
  causes.push(...resourceListProblems(texts(rule, 'resources'), `${path}.resources`));
  return [
    ...causes,
    ...optionProblems(`${path}.scope`, isJsonObject(rule) ? rule['scope'] : undefined, scopes),
  ];
}

function texts(owner: Json, key: string): string[] {
  return digArray(owner, key).filter((one): one is string => typeof one === 'string');
}

function wildcardProblems(rule: Json, key: string, what: string, path: string): Cause[] {
  const given = texts(rule, key);
  const field = `${path}.${key}`;
  if (given.length === 0) return [required(field)];
  return given.length > 1 && given.includes('*')
    ? [invalidShown(field, goStrings(given), `if '*' is present, must not specify other ${what}`)]
    : [];
}

function resourceListProblems(resources: readonly string[], field: string): Cause[] {
  if (resources.length === 0) return [required(field)];
  const causes: Cause[] = [];
  const [allParts, allResources] = [new Set<string>(), new Set<string>()];
  // As in Kubernetes, only the last resource without a part is remembered.
  let isPlain = false;
  for (const [at, one] of resources.entries()) {
    const place = `${field}[${String(at)}]`;
    const slash = one.indexOf('/');
    if (one === '') causes.push(required(place));
    else if (slash < 0) isPlain = one !== '*';
    else {
      const [resource, part] = [one.slice(0, slash), one.slice(slash + 1)];
      if (allParts.has(resource))
        causes.push(invalidValue(place, one, `if '${resource}/*' is present, must not specify ${one}`));
      if (allResources.has(part))
        causes.push(invalidValue(place, one, `if '*/${part}' is present, must not specify ${one}`));
      if (part === '*') allParts.add(resource);
      if (resource === '*') allResources.add(part);
    }
  }
  const shown = goStrings(resources);
  if (resources.length > 1 && resources.includes('*/*'))
    causes.push(invalidShown(field, shown, "if '*/*' is present, must not specify other resources"));
  if (resources.includes('*') && isPlain) {
    const why = "if '*' is present, must not specify other resources without subresources";
    causes.push(invalidShown(field, shown, why));
  }
  return causes;
}

/** What is wrong with the resources a policy names one by one, and with the rest of a rule of its. */
export function namedRuleProblems(rule: Json, path: string): Cause[] {
  const names = texts(rule, 'resourceNames');
  return [
    ...names.flatMap((name, at) => {
      const field = `${path}.resourceNames[${String(at)}]`;
      const causes = invalidFor(field, name, nameProblems(name, 'path'));
      return names.indexOf(name) < at ? [...causes, duplicate(field, name)] : causes;
    }),
    ...ruleProblems(rule, path),
  ];
}

/**
 * What is wrong with the conditions of a webhook or policy.
 *
 * @param hasParams Whether they may look at parameters.
 * @throws ApiError 501 for an expression that cannot be evaluated here
 */
export function conditionProblems(owner: JsonObject, path: string, hasParams = false): Cause[] {
  const all = digArray(owner, 'matchConditions');
  const names = all.map((one) => digString(one, 'name'));
  const causes =
    all.length > mostConditions ? [tooMany(`${path}.matchConditions`, all.length, mostConditions)] : [];
  for (const [at, condition] of all.entries()) {
    const field = `${path}.matchConditions[${String(at)}]`;
    const [name = '', text] = [names[at], digString(condition, 'expression').trim()];
    if (text === '') causes.push(required(`${field}.expression`));
    else causes.push(...expressionProblems(text, `${field}.expression`, { hasParams }, scalarTypes.bool));
    if (name === '') causes.push(required(`${field}.name`));
    else causes.push(...invalidFor(`${field}.name`, name, qualifiedNameProblems(name)));
    if (name !== '' && names.indexOf(name) < at) causes.push(duplicate(`${field}.name`, name));
  }
  return causes;
}

/** What keeps an expression from being read, or from giving what is asked of it. @throws ApiError 501 */
export function expressionProblems(
  text: string,
  field: string,
  given: AdmissionVariables,
  ...wanted: readonly CelType[]
): Cause[] {
  const { problem } = checkAdmission(text, given, wanted);
  return problem === undefined ? [] : [invalidValue(field, text, problem)];
}
