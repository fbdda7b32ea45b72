import { isDeepStrictEqual } from 'node:util';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { checkAdmission, type AdmissionVariables } from '../admission/admission-expressions.js';
import { scalarTypes, type CelType } from '../cel/types/cel-type.js';
import { nameProblems, qualifiedNameProblems } from '../../registry/names.js';
import {
  conditionProblems,
  expressionProblems,
  namedRuleProblems,
  optionProblems,
} from './admission-rules.js';
import {
  choiceProblems,
  duplicate,
  forbidden,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { selectorProblems } from './labels.js';

const mostAnnotations = 20;
/** Bytes of an expression that makes an audit annotation. */
const longestAnnotation = 5 * 1024;
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const lineBreak = /[\n\r]/;

/**
 * What is wrong with a ValidatingAdmissionPolicy.
 *
 * @throws ApiError 501 for an expression that cannot be evaluated here
 * @see kubernetes/kubernetes pkg/apis/admissionregistration/validation/validation.go
 */
export function admissionPolicyProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(object, 'spec');
  const causes = choiceProblems('spec.failurePolicy', spec['failurePolicy'], ['Fail', 'Ignore']);
  if (isJsonObject(spec['paramKind'])) causes.push(...paramKindProblems(spec['paramKind'], 'spec.paramKind'));
  const { matchConstraints: constraints } = spec;
  if (!isJsonObject(constraints)) causes.push(required('spec.matchConstraints'));
  else {
    causes.push(...matchProblems(constraints, 'spec.matchConstraints'));
    if (digArray(constraints, 'resourceRules').length === 0)
      causes.push(required('spec.matchConstraints.resourceRules'));
  }
  const hasParams = isJsonObject(spec['paramKind']);
  const before = digObject(previous, 'spec');
  const isSame = (key: string): boolean => isDeepStrictEqual(spec[key], before[key]);
  if (previous === undefined || !isSame('paramKind') || !isSame('matchConditions'))
    causes.push(...conditionProblems(spec, 'spec', hasParams));
  const given = variablesOf(spec, hasParams, causes);
  const isEmpty = ['validations', 'auditAnnotations'].every((key) => digArray(spec, key).length === 0);
  const why = 'validations or auditAnnotations must contain at least one item';
  if (isEmpty)
    return [...causes, ...['validations', 'auditAnnotations'].map((key) => required(`spec.${key}`, why))];
  return [
    ...causes,
    ...inItems(spec, 'validations', 'spec', (one, path) => validationProblems(one, path, given)),
    ...annotationProblems(spec, object.metadata.name, given),
  ];
}

function paramKindProblems(kind: JsonObject, path: string): Cause[] {
  const [apiVersion, name] = [digString(kind, 'apiVersion'), digString(kind, 'kind')];
  const causes: Cause[] = [];
  const field = `${path}.apiVersion`;
  const [first = '', second, ...more] = apiVersion.split('/');
  if (apiVersion === '') causes.push(required(field));
  else if (more.length > 0)
    causes.push(invalidValue(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    const [group, version] = second === undefined ? ['', first] : [first, second];
    const bad = group === '' ? [] : nameProblems(group, 'subdomain');
    if (bad.length > 0) causes.push(invalidValue(field, group, bad.join(',')));
    if (version === '') causes.push(invalidValue(field, apiVersion, 'version must be specified'));
    else {
      const texts = nameProblems(version, 'dns1035');
      if (texts.length > 0) causes.push(invalidValue(field, version, texts.join(',')));
    }
  }
  if (name === '') return [...causes, required(`${path}.kind`)];
  const texts = nameProblems(name.toLowerCase(), 'dns1035');
  const why = `may have mixed case, but should otherwise match: ${texts.join(',')}`;
  return texts.length === 0 ? causes : [...causes, invalidValue(`${path}.kind`, name, why)];
}

function matchProblems(constraints: JsonObject, path: string): Cause[] {
  const { namespaceSelector, objectSelector } = constraints;
  const selected = (key: string, selector: Json | undefined): Cause[] =>
    isJsonObject(selector) ? selectorProblems(selector, `${path}.${key}`) : [required(`${path}.${key}`)];
  return [
    ...choiceProblems(`${path}.matchPolicy`, constraints['matchPolicy'], ['Equivalent', 'Exact']),
    ...selected('namespaceSelector', namespaceSelector),
    ...selected('objectSelector', objectSelector),
    ...inItems(constraints, 'resourceRules', path, namedRuleProblems),
    ...inItems(constraints, 'excludeResourceRules', path, namedRuleProblems),
  ];
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** What expressions of a policy are given: each variable can look at those before it. @param causes Told what is wrong */
function variablesOf(spec: JsonObject, hasParams: boolean, causes: Cause[]): AdmissionVariables {
  const all = digArray(spec, 'variables');
  if (all.length === 0) return { hasParams };
  const variables = new Map<string, CelType>();
  for (const [at, variable] of all.entries()) {
    const path = `spec.variables[${String(at)}]`;
    const [name, text] = [digString(variable, 'name'), digString(variable, 'expression')];
    if (name.trim() === '') causes.push(required(`${path}.name`, 'name is not specified'));
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name))
      causes.push(invalidValue(`${path}.name`, name, 'name is not a valid CEL identifier'));
    if (text.trim() === '') causes.push(required(`${path}.expression`, 'expression is not specified'));
    else {
      const { type, problem } = checkAdmission(text, { hasParams, variables });
      if (problem !== undefined) causes.push(invalidValue(`${path}.expression`, text, problem));
      variables.set(name, type);
    }
  }
  return { hasParams, variables };
}

function validationProblems(validation: Json, path: string, given: AdmissionVariables): Cause[] {
  const [text, message, expression] = ['expression', 'message', 'messageExpression'].map((key) =>
    digString(validation, key),
  ) as [string, string, string];
  const causes =
    text.trim() === ''
      ? [required(`${path}.expression`, 'expression is not specified')]
      : expressionProblems(text, `${path}.expression`, given, scalarTypes.bool);
  if (expression !== '' && expression.trim() === '')
    causes.push(invalidValue(`${path}.messageExpression`, expression, 'must be non-empty if specified'));
  else if (expression !== '')
    causes.push(...expressionProblems(expression, `${path}.messageExpression`, given, scalarTypes.string));
  if (message !== '' && message.trim() === '')
    causes.push(invalidValue(`${path}.message`, message, 'message must be non-empty if specified'));
  else if (lineBreak.test(message.trim()))
    causes.push(invalidValue(`${path}.message`, message, 'message must not contain line breaks'));
  return [...causes, ...optionProblems(`${path}.reason`, dig(validation, 'reason'), reasons)];
}

function annotationProblems(spec: JsonObject, policy: string, given: AdmissionVariables): Cause[] {
  const all = digArray(spec, 'auditAnnotations');
  const keys = all.map((one) => digString(one, 'key'));
  const causes: Cause[] = [];
  if (all.length > mostAnnotations) {
    const shown = all.map(
      (one) =>
        `admissionregistration.AuditAnnotation{Key:${JSON.stringify(digString(one, 'key'))}, ValueExpression:${JSON.stringify(digString(one, 'valueExpression'))}}`,
    );
    const why = `must not have more than ${String(mostAnnotations)} auditAnnotations`;
    const list = `[]admissionregistration.AuditAnnotation{${shown.join(', ')}}`;
    causes.push(invalidShown('spec.auditAnnotations', list, why));
  }
  for (const [at, one] of all.entries()) {
    const path = `spec.auditAnnotations[${String(at)}]`;
    const [key = '', text] = [keys[at], digString(one, 'valueExpression').trim()];
    const full = `${policy}/${key}`;
    causes.push(...invalidFor(`${path}.key`, full, qualifiedNameProblems(full)));
    const field = `${path}.valueExpression`;
    if (text === '') causes.push(required(field, 'valueExpression is not specified'));
    else if (Buffer.byteLength(text) > longestAnnotation)
      causes.push(required(field, `must not exceed ${String(longestAnnotation)} bytes in length`));
    else causes.push(...expressionProblems(text, field, given, scalarTypes.string, scalarTypes.null));
    if (keys.indexOf(key) < at) causes.push(duplicate(`${path}.key`, key));
  }
  return causes;
}

const actions = ['Audit', 'Deny', 'Warn'];

/** What is wrong with what binds a ValidatingAdmissionPolicy. */
export function policyBindingProblems(object: KubeObject): Cause[] {
  const spec = digObject(object, 'spec');
  const policy = digString(spec, 'policyName');
  const { matchResources: match, paramRef } = spec;
  return [
    ...(policy === ''
      ? [required('spec.policyName')]
      : invalidFor('spec.policyName', policy, nameProblems(policy, 'subdomain'))),
    ...(isJsonObject(paramRef) ? paramRefProblems(paramRef, 'spec.paramRef') : []),
    ...(isJsonObject(match) ? matchProblems(match, 'spec.matchResources') : []),
    ...actionProblems(digArray(spec, 'validationActions').map(String), 'spec.validationActions'),
  ];
}

function paramRefProblems(ref: JsonObject, path: string): Cause[] {
  const name = digString(ref, 'name');
  const { selector, parameterNotFoundAction: action } = ref;
  const causes: Cause[] = [];
  const both = 'name and selector are mutually exclusive';
  const hasSelector = isJsonObject(selector);
  if (name !== '') {
    causes.push(...invalidFor(`${path}.name`, name, nameProblems(name, 'path')));
    if (hasSelector) causes.push(forbidden(`${path}.name`, both));
  }
  if (hasSelector) {
    causes.push(...selectorProblems(selector, `${path}.selector`));
    if (name !== '') causes.push(forbidden(`${path}.selector`, both));
  } else if (name === '') causes.push(required(path, 'one of name or selector must be specified'));
  return [...causes, ...choiceProblems(`${path}.parameterNotFoundAction`, action, ['Deny', 'Allow'])];
}

function actionProblems(given: readonly string[], field: string): Cause[] {
  if (given.length === 0) return [required(field, 'at least one validation action is required')];
  const causes = given.flatMap((action, at) => {
    const place = `${field}[${String(at)}]`;
    const own = actions.includes(action) ? [] : [unsupported(place, action, actions)];
    return given.indexOf(action) < at ? [...own, duplicate(place, action)] : own;
  });
  if (!given.includes('Deny') || !given.includes('Warn')) return causes;
  const shown = `[]admissionregistration.ValidationAction{${given.map((one) => JSON.stringify(one)).join(', ')}}`;
  const why =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
  return [...causes, invalidShown(field, shown, why)];
}
