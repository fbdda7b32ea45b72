import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { labelValueProblems, qualifiedNameProblems } from '../../registry/names.js';
import {
  choiceProblems,
  forbidden,
  goStrings,
  immutableProblems,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  negative,
  plainText,
  unsupported,
  required,
  type Cause,
  shownPointer,
} from './causes.js';
import { networkProblems } from './formats.js';
import { goStruct, type GoMember } from './go-struct.js';
import { selectorProblems } from './labels.js';
import { taintEffects } from './scheduling.js';
import { allAtMostProblems, shareProblems } from './strategies.js';

const budgetMembers: readonly GoMember[] = [
  ['MinAvailable', 'minAvailable', '*intstr.IntOrString'],
  ['Selector', 'selector', '*v1.LabelSelector'],
  ['MaxUnavailable', 'maxUnavailable', '*intstr.IntOrString'],
  ['UnhealthyPodEvictionPolicy', 'unhealthyPodEvictionPolicy', '*policy.UnhealthyPodEvictionPolicyType'],
];

/** What is wrong with a PodDisruptionBudget. @see kubernetes/kubernetes pkg/apis/policy/validation/validation.go */
export function budgetProblems(object: KubeObject): Cause[] {
  const spec = digObject(object, 'spec');
  const causes: Cause[] = [];
  const keys = ['minAvailable', 'maxUnavailable'].filter((key) => spec[key] !== undefined);
  if (keys.length > 1) {
    const why = 'minAvailable and maxUnavailable cannot be both set';
    causes.push(invalidShown('spec', goStruct('policy.PodDisruptionBudgetSpec', budgetMembers, spec), why));
  }
  for (const key of keys)
    causes.push(...shareProblems(`spec.${key}`, spec[key]), ...allAtMostProblems(`spec.${key}`, spec[key]));
  causes.push(...selectorProblems(spec['selector'], 'spec.selector'));
  const policy = spec['unhealthyPodEvictionPolicy'];
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  if (typeof policy === 'string' && !policies.includes(policy))
    causes.push(unsupported('spec.unhealthyPodEvictionPolicy', policy, policies));
  return causes;
}

const mostPriority = 1_000_000_000;
const systemClasses: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

/** What is wrong with a PriorityClass, of which nearly nothing may change. */
export function priorityClassProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const { name } = object.metadata;
  const value = object['value'] ?? 0;
  const policy = object['preemptionPolicy'];
  const causes: Cause[] = [];
  if (name.startsWith('system-')) {
    const why = systemProblem(name, value, object['globalDefault'] === true);
    const text = `priority class names with 'system-' prefix are reserved for system use only. error: ${why ?? ''}`;
    if (why !== undefined) causes.push(forbidden('metadata.name', text));
  } else if (typeof value === 'number' && value > mostPriority) {
    const text = `maximum allowed value of a user defined priority is ${String(mostPriority)}`;
    causes.push(forbidden('value', text));
  }
  if (policy !== undefined)
    causes.push(...choiceProblems('preemptionPolicy', policy, ['PreemptLowerPriority', 'Never']));
  if (previous === undefined) return causes;
  // An update is only looked at for what may not change.
  const changes =
    value === (previous['value'] ?? 0) ? [] : [forbidden('value', 'may not be changed in an update.')];
  const shown = shownPointer(policy);
  return [...changes, ...immutableProblems('preemptionPolicy', policy, previous['preemptionPolicy'], shown)];
}

function systemProblem(name: string, value: Json, isDefault: boolean): string | undefined {
  const known = Object.hasOwn(systemClasses, name) ? systemClasses[name] : undefined;
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${String(known)}`;
  return isDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

/** What is wrong with a Node: its taints, and what was given to it once. */
export function nodeProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const causes = previous === undefined ? podNetworkProblems(networksOf(object)) : [];
  const before = digObject(previous, 'spec');
  const changed = (key: string): boolean =>
    dig(before, key) !== undefined &&
    JSON.stringify(dig(before, key)) !== JSON.stringify(dig(object, 'spec', key));
  causes.push(...networkChanges(networksOf(object), networksOf(previous)));
  if (digString(before, 'providerID') !== '' && changed('providerID')) {
    const why = 'node updates may not change providerID except from "" to valid';
    causes.push(forbidden('spec.providerID', why));
  }
  const taken = new Set<string>();
  const taints = inItems(digObject(object, 'spec'), 'taints', 'metadata', (taint, field) => {
    const [key, value, effect] = ['key', 'value', 'effect'].map((name) => digString(taint, name)) as [
      string,
      string,
      string,
    ];
    const found = invalidFor(`${field}.key`, key, qualifiedNameProblems(key));
    const texts = labelValueProblems(value);
    if (texts.length > 0) found.push(invalidValue(`${field}.value`, value, texts.join(';')));
    found.push(...choiceProblems(`${field}.effect`, effect, taintEffects));
    if (taken.has(`${effect}/${key}`)) {
      const shown = `core.Taint{Key:${JSON.stringify(key)}, Value:${JSON.stringify(value)}, Effect:${JSON.stringify(effect)}, TimeAdded:<nil>}`;
      const message = `Duplicate value: ${shown}: taints must be unique by key and effect pair`;
      found.push({ reason: 'FieldValueDuplicate', message, field });
    }
    taken.add(`${effect}/${key}`);
    return found;
  });
  return [...causes, ...taints];
}

/** The networks for the pods of a node, of which the first has a member of its own too. */
function networksOf(node: KubeObject | undefined): readonly string[] {
  const all = digArray(node, 'spec', 'podCIDRs').map(plainText);
  const first = digString(node, 'spec', 'podCIDR');
  return first === '' || all[0] === first ? all : [first];
}

function networkChanges(now: readonly string[], before: readonly string[]): Cause[] {
  if (before.length === 0) return [];
  const why = 'node updates may not change podCIDR except from "" to valid';
  const refused = forbidden('spec.podCIDRs', why);
  if (now.length !== before.length) return [refused];
  return before.flatMap((one, at) => (now[at] === one ? [] : [refused]));
}

/** A node has one network for its pods, or one of each family. */
function podNetworkProblems(networks: readonly string[]): Cause[] {
  const field = 'spec.podCIDRs';
  const causes = networks.flatMap((one, at) =>
    invalidFor(`${field}[${String(at)}]`, one, networkProblems(one)),
  );
  if (networks.length < 2) return causes;
  const bad = networks.find((one) => networkProblems(one).length > 0);
  if (bad !== undefined) {
    const why = `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR address: ${bad}`;
    causes.push(invalidShown(field, goStrings(networks), why));
  }
  const families = new Set(networks.map((one) => one.includes(':')));
  return families.size === 2 && networks.length === 2 && bad === undefined
    ? causes
    : [
        ...causes,
        invalidShown(field, goStrings(networks), 'may specify no more than one CIDR for each IP family'),
      ];
}

const standard = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** What is wrong with the finalizers a Namespace's spec has. */
export function namespaceProblems(object: KubeObject): Cause[] {
  return digArray(object, 'spec', 'finalizers').flatMap((one) => {
    const name = typeof one === 'string' ? one : '';
    const field = 'spec.finalizers';
    const causes = invalidFor(field, name, qualifiedNameProblems(name));
    if (!name.includes('/') && !standard.includes(name)) {
      const why = 'name is neither a standard finalizer name nor is it fully qualified';
      causes.push(invalidValue(field, name, why));
    }
    return causes;
  });
}

/** What is wrong with a ControllerRevision, whose data are for ever. */
export function revisionProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const causes = negative('revision', object['revision']);
  if (object['data'] === undefined) causes.push(required('data', 'data is mandatory'));
  if (previous === undefined) return causes;
  const shown = JSON.stringify(object['data'] ?? null);
  return [...causes, ...immutableProblems('data', object['data'], previous['data'], shown)];
}

/** What is wrong with a Lease. @see kubernetes/kubernetes pkg/apis/coordination/validation/validation.go */
export function leaseProblems(object: KubeObject): Cause[] {
  const [seconds, transitions] = ['leaseDurationSeconds', 'leaseTransitions'].map((key) =>
    dig(object, 'spec', key),
  );
  const causes: Cause[] = [];
  if (typeof seconds === 'number' && seconds <= 0)
    causes.push(invalidShown('spec.leaseDurationSeconds', String(seconds), 'must be greater than 0'));
  if (typeof transitions === 'number' && transitions < 0) {
    const why = 'must be greater than or equal to 0';
    causes.push(invalidShown('spec.leaseTransitions', String(transitions), why));
  }
  return causes;
}
