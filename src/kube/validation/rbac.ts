import { quote } from '../../core/api-error.js';
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
import { nameProblems } from '../../registry/names.js';
import {
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

const group = 'rbac.authorization.k8s.io';

/** What is wrong with the rules of a Role or ClusterRole. @see kubernetes/kubernetes pkg/apis/rbac/validation/validation.go */
export function roleProblems(object: KubeObject): Cause[] {
  return [
    ...inItems(object, 'rules', '', (rule, place) =>
      ruleProblems(rule, place.slice(1), object.kind === 'Role'),
    ),
    ...aggregationProblems(object['aggregationRule']),
  ];
}

/** What is wrong with which roles a ClusterRole gathers. */
function aggregationProblems(rule: Json | undefined): Cause[] {
  if (!isJsonObject(rule)) return [];
  const field = 'aggregationRule.clusterRoleSelectors';
  if (digArray(rule, 'clusterRoleSelectors').length === 0)
    return [required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  return inItems(rule, 'clusterRoleSelectors', 'aggregationRule', (selector, place) => {
    const causes = selectorProblems(selector, place);
    return causes.length === 0 ? [] : [...causes, invalidValue(place, 'null', 'invalid label selector.')];
  });
}

function ruleProblems(rule: Json, field: string, isNamespaced: boolean): Cause[] {
  const causes: Cause[] = [];
  const has = (key: string): boolean => digArray(rule, key).length > 0;
  if (!has('verbs')) causes.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
  if (has('nonResourceURLs')) {
    const place = `${field}.nonResourceURLs`;
    const shown = goStrings(digArray(rule, 'nonResourceURLs'));
    if (isNamespaced)
      causes.push(invalidShown(place, shown, 'namespaced rules cannot apply to non-resource URLs'));
    if (has('apiGroups') || has('resources') || has('resourceNames')) {
      const why = 'rules cannot apply to both regular resources and non-resource URLs';
      causes.push(invalidShown(place, shown, why));
    }
    return causes;
  }
  if (!has('apiGroups'))
    causes.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  if (!has('resources'))
    causes.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  return causes;
}

/** What is wrong with a binding of roles; what it gives may not change. */
export function bindingProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const isNamespaced = object.kind === 'RoleBinding';
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const ref = digObject(object, 'roleRef');
  const [refGroup, kind, name] = ['apiGroup', 'kind', 'name'].map((key) => digString(ref, key)) as [
    string,
    string,
    string,
  ];
  const causes: Cause[] = [];
  if (refGroup !== group) causes.push(unsupported('roleRef.apiGroup', refGroup, [group]));
  if (!kinds.includes(kind)) causes.push(unsupported('roleRef.kind', kind, kinds));
  if (name === '') causes.push(required('roleRef.name'));
  else causes.push(...invalidFor('roleRef.name', name, nameProblems(name, 'path')));
  causes.push(
    ...inItems(object, 'subjects', '', (subject, place) =>
      subjectProblems(subject, place.slice(1), isNamespaced),
    ),
  );
  if (previous !== undefined && !isSameRole(ref, digObject(previous, 'roleRef'))) {
    const shown = `rbac.RoleRef{APIGroup:${quote(refGroup)}, Kind:${quote(kind)}, Name:${quote(name)}}`;
    causes.push(invalidShown('roleRef', shown, 'cannot change roleRef'));
  }
  return causes;
}

function isSameRole(now: JsonObject, before: JsonObject): boolean {
  return ['apiGroup', 'kind', 'name'].every((key) => digString(now, key) === digString(before, key));
}

function subjectProblems(subject: Json, field: string, isNamespaced: boolean): Cause[] {
  const [kind, name, ownGroup] = ['kind', 'name', 'apiGroup'].map((key) => digString(subject, key)) as [
    string,
    string,
    string,
  ];
  const causes = name === '' ? [required(`${field}.name`)] : [];
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') causes.push(...invalidFor(`${field}.name`, name, nameProblems(name, 'subdomain')));
      if (ownGroup !== '') causes.push(unsupported(`${field}.apiGroup`, ownGroup, ['']));
      if (!isNamespaced && dig(subject, 'namespace') === undefined)
        causes.push(required(`${field}.namespace`));
      return causes;
    case 'User':
    case 'Group': {
      if (ownGroup !== group) causes.push(unsupported(`${field}.apiGroup`, ownGroup, [group]));
      return causes;
    }
    default:
      return [...causes, unsupported(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
}
