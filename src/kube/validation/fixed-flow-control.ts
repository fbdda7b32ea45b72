import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import { flowControlSpec } from '../installed/flow-control.js';
import { goStrings, invalidShown, type Cause } from './causes.js';
import { goPointer, goStruct } from './go-struct.js';

/** Flow schemas and priority levels kube-apiserver insists on, in each of the two kinds. */
const insisted = ['exempt', 'catch-all'];

/** What is wrong with a priority level that must be what it is. @see kubernetes/kubernetes pkg/apis/flowcontrol/validation */
export function fixedLevelProblems({ metadata: { name }, spec }: KubeObject): Cause[] {
  const fixed = insisted.includes(name) ? flowControlSpec('prioritylevelconfigurations', name) : undefined;
  if (fixed === undefined) return [];
  const isExempt = name === 'exempt';
  const meant = isExempt ? { ...digObject(spec), exempt: fixed['exempt'] } : spec;
  if (sameJson(meant, fixed)) return [];
  const shown = goStruct(
    'flowcontrol.PriorityLevelConfigurationSpec',
    [
      ['Type', 'type', 'string'],
      ['Limited', 'limited', '*flowcontrol.LimitedPriorityLevelConfiguration'],
      ['Exempt', 'exempt', '*flowcontrol.ExemptPriorityLevelConfiguration'],
    ],
    spec,
  );
  const but = isExempt ? " except the 'spec.exempt' field" : '';
  return [invalidShown('spec', shown, `spec of '${name}'${but} must equal the fixed value`)];
}

/** What is wrong with a flow schema that must be what it is. */
export function fixedSchemaProblems({ metadata: { name }, spec }: KubeObject): Cause[] {
  const fixed = insisted.includes(name) ? flowControlSpec('flowschemas', name) : undefined;
  if (fixed === undefined || sameJson(spec, fixed)) return [];
  const level = digString(spec, 'priorityLevelConfiguration', 'name');
  const reference = `flowcontrol.PriorityLevelConfigurationReference{Name:${JSON.stringify(level)}}`;
  const method = goPointer('flowcontrol.FlowDistinguisherMethod', dig(spec, 'distinguisherMethod'));
  const precedence = JSON.stringify(dig(spec, 'matchingPrecedence') ?? 0);
  const rules = list('PolicyRulesWithSubjects', dig(spec, 'rules'), shownRule);
  const shown = `flowcontrol.FlowSchemaSpec{PriorityLevelConfiguration:${reference}, MatchingPrecedence:${precedence}, DistinguisherMethod:${method}, Rules:${rules}}`;
  return [invalidShown('spec', shown, `spec of '${name}' must equal the fixed value`)];
}

function list(type: string, value: Json | undefined, show: (one: Json) => string): string {
  const all = `[]flowcontrol.${type}`;
  if (!Array.isArray(value)) return `${all}(nil)`;
  const items = value as readonly Json[];
  return `${all}{${items.map((one) => `flowcontrol.${type}{${show(one)}}`).join(', ')}}`;
}

function shownRule(rule: Json): string {
  const subjects = list('Subject', dig(rule, 'subjects'), shownSubject);
  const resources = list('ResourcePolicyRule', dig(rule, 'resourceRules'), (one) => {
    const isWide = dig(one, 'clusterScope') === true;
    return `Verbs:${texts(one, 'verbs')}, APIGroups:${texts(one, 'apiGroups')}, Resources:${texts(one, 'resources')}, ClusterScope:${String(isWide)}, Namespaces:${texts(one, 'namespaces')}`;
  });
  const others = list(
    'NonResourcePolicyRule',
    dig(rule, 'nonResourceRules'),
    (one) => `Verbs:${texts(one, 'verbs')}, NonResourceURLs:${texts(one, 'nonResourceURLs')}`,
  );
  return `Subjects:${subjects}, ResourceRules:${resources}, NonResourceRules:${others}`;
}

function shownSubject(subject: Json): string {
  const pointers = (['User', 'Group', 'ServiceAccount'] as const).map((kind) => {
    const key = kind === 'ServiceAccount' ? 'serviceAccount' : kind.toLowerCase();
    return `${kind}:${goPointer(`flowcontrol.${kind}Subject`, dig(subject, key))}`;
  });
  return `Kind:${JSON.stringify(digString(subject, 'kind'))}, ${pointers.join(', ')}`;
}

function texts(owner: Json, key: string): string {
  const given = digArray(owner, key);
  return given.length === 0 ? '[]string(nil)' : goStrings(given);
}
