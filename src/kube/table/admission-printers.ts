import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { ageColumn, nameColumn } from './cells.js';
import { column, integer, type Printer } from './column.js';

const unset = '<unset>';

function paramKind(policy: KubeObject): string {
  const kind = dig(policy, 'spec', 'paramKind');
  return kind === undefined ? unset : `${digString(kind, 'apiVersion')}/${digString(kind, 'kind')}`;
}

function paramRef(binding: KubeObject): string {
  const ref = dig(binding, 'spec', 'paramRef');
  const name = digString(ref, 'name');
  // A parameter without a namespace may be anywhere.
  if (name !== '') return `${digString(ref, 'namespace') || '*'}/${name}`;
  const selector = dig(ref, 'selector');
  return selector === undefined ? unset : selectorText(selector);
}

/** A label selector as its generated Go method prints it. */
function selectorText(selector: Json): string {
  const labels = Object.entries(digObject(selector, 'matchLabels'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : ''},`);
  const expressions = digArray(selector, 'matchExpressions').map((one) => {
    const values = digArray(one, 'values').map(String).join(' ');
    return `LabelSelectorRequirement{Key:${digString(one, 'key')},Operator:${digString(one, 'operator')},Values:[${values}],},`;
  });
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

function policies(count: string, list: string): Printer {
  return {
    columns: [
      nameColumn,
      integer(count, (policy) => digArray(policy, 'spec', list).length),
      column('ParamKind', paramKind),
      ageColumn,
    ],
  };
}

const bindings: Printer = {
  columns: [
    nameColumn,
    column('PolicyName', (binding) => digString(binding, 'spec', 'policyName')),
    column('ParamRef', paramRef),
    ageColumn,
  ],
};

/**
 * How admission policies and their bindings are shown, by `plural.group`.
 *
 * @see kubernetes/kubernetes pkg/printers/internalversion/printers.go
 */
export const admissionPrinters: Readonly<Record<string, Printer>> = {
  'validatingadmissionpolicies.admissionregistration.k8s.io': policies('Validations', 'validations'),
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': bindings,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': policies('Mutations', 'mutations'),
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': bindings,
};
