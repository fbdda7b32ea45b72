import type { GroupResource } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Quantity } from '../../core/quantity.js';
import type { ObjectStore } from '../../state/object-store.js';
import { addAmounts, countOf, readAmounts, type Amounts } from './quantities.js';

/** Kinds of the core group counted under their plural alone, too. */
const counted = new Set([
  'pods',
  'services',
  'secrets',
  'configmaps',
  'resourcequotas',
  'replicationcontrollers',
  'persistentvolumeclaims',
]);
const storageSuffix = '.storageclass.storage.k8s.io/';
const remembered = new WeakMap<KubeObject, Amounts>();

/**
 * What one object takes of a ResourceQuota.
 *
 * @see kubernetes/kubernetes pkg/quota/v1/evaluator/core
 */
export function usageOf(object: KubeObject, resource: GroupResource): Amounts {
  const known = remembered.get(object);
  if (known !== undefined) return known;
  const made = measure(object, resource);
  if (Object.isFrozen(object)) remembered.set(object, made);
  return made;
}

function measure(object: KubeObject, { group, plural }: GroupResource): Amounts {
  const one = countOf(1);
  const used = new Map<string, Quantity>([[`count/${group === '' ? plural : `${plural}.${group}`}`, one]]);
  if (group !== '') return used;
  if (plural === 'pods') {
    const phase = digString(object, 'status', 'phase');
    if (phase === 'Succeeded' || phase === 'Failed') return used;
    addAmounts(used, podAmounts(object));
  }
  if (counted.has(plural)) used.set(plural, one);
  if (plural === 'services') addAmounts(used, serviceAmounts(object));
  if (plural === 'persistentvolumeclaims') addAmounts(used, claimAmounts(object));
  return used;
}

/**
 * What a pod asks for and may take at most: of its containers together, or of its hungriest init container, and the overhead
 * of running it, which only counts for limits where there are some.
 */
function podAmounts(pod: KubeObject): Amounts {
  const used = new Map<string, Quantity>();
  for (const part of ['requests', 'limits'] as const) {
    const sum = new Map<string, Quantity>();
    for (const container of digArray(pod, 'spec', 'containers'))
      addAmounts(sum, readAmounts(dig(container, 'resources', part)));
    for (const container of digArray(pod, 'spec', 'initContainers')) {
      for (const [name, quantity] of readAmounts(dig(container, 'resources', part))) {
        const before = sum.get(name);
        if (before === undefined || before.milli < quantity.milli) sum.set(name, quantity);
      }
    }
    const overhead = [...readAmounts(dig(pod, 'spec', 'overhead'))];
    addAmounts(sum, new Map(overhead.filter(([name]) => part === 'requests' || sum.has(name))));
    for (const [name, quantity] of sum) {
      used.set(`${part}.${name}`, quantity);
      if (part === 'requests') used.set(name, quantity);
    }
  }
  return used;
}

function serviceAmounts(service: KubeObject): Amounts {
  const type = digString(service, 'spec', 'type');
  const ports = digArray(service, 'spec', 'ports').length;
  const used = new Map<string, Quantity>();
  if (type === 'LoadBalancer') used.set('services.loadbalancers', countOf(1));
  const allocates = dig(service, 'spec', 'allocateLoadBalancerNodePorts') !== false;
  if (type === 'NodePort' || (type === 'LoadBalancer' && allocates))
    used.set('services.nodeports', countOf(ports));
  return used;
}

function claimAmounts(claim: KubeObject): Amounts {
  const storage = readAmounts(dig(claim, 'spec', 'resources', 'requests')).get('storage') ?? countOf(0);
  const used = new Map<string, Quantity>([['requests.storage', storage]]);
  const className = digString(claim, 'spec', 'storageClassName');
  if (className !== '') {
    used.set(`${className}${storageSuffix}requests.storage`, storage);
    used.set(`${className}${storageSuffix}persistentvolumeclaims`, countOf(1));
  }
  return used;
}

/** The resources a limit of a quota may be about. */
export function countedResources(store: ObjectStore, hard: Amounts): readonly GroupResource[] {
  const names = [...hard.keys()];
  return store.resources().filter(({ group, plural }) => {
    const own = group === '' ? plural : `${plural}.${group}`;
    if (names.includes(`count/${own}`)) return true;
    if (group !== '') return false;
    if (plural === 'pods')
      return names.some((name) => !name.includes('storage') && !name.startsWith('count/'));
    if (plural === 'persistentvolumeclaims')
      return names.some((name) => /storage|persistentvolumeclaims/.test(name));
    return names.some((name) => name === plural || name.startsWith(`${plural}.`));
  });
}

/** What a namespace takes of what a quota limits. */
export function namespaceUsage(store: ObjectStore, quota: KubeObject, hard: Amounts): Map<string, Quantity> {
  const used = new Map<string, Quantity>([...hard.keys()].map((name) => [name, countOf(0)]));
  for (const resource of countedResources(store, hard)) {
    for (const { object } of store.list(resource, quota.metadata.namespace)) {
      if (!isInScope(quota, object, resource)) continue;
      for (const [name, quantity] of usageOf(object, resource)) {
        const before = used.get(name);
        if (before !== undefined) addAmounts(used, new Map([[name, quantity]]));
      }
    }
  }
  return used;
}

/** Whether a quota is about an object: quotas with scopes only count some pods. */
export function isInScope(quota: KubeObject, object: KubeObject, { group, plural }: GroupResource): boolean {
  const scopes = [
    ...digArray(quota, 'spec', 'scopes').map((scope): JsonObject => ({
      scopeName: scope,
      operator: 'Exists',
    })),
    ...digArray(quota, 'spec', 'scopeSelector', 'matchExpressions'),
  ];
  if (scopes.length === 0) return true;
  if (group !== '' || plural !== 'pods') return false;
  return scopes.every((scope) => matchesScope(object, scope));
}

function matchesScope(pod: KubeObject, scope: Json): boolean {
  const isBestEffort = digString(pod, 'status', 'qosClass') === 'BestEffort';
  const hasDeadline = typeof dig(pod, 'spec', 'activeDeadlineSeconds') === 'number';
  switch (digString(scope, 'scopeName')) {
    case 'Terminating':
      return hasDeadline;
    case 'NotTerminating':
      return !hasDeadline;
    case 'BestEffort':
      return isBestEffort;
    case 'NotBestEffort':
      return !isBestEffort;
    case 'PriorityClass': {
      const name = digString(pod, 'spec', 'priorityClassName');
      const values = digArray(scope, 'values');
      switch (digString(scope, 'operator')) {
        case 'In':
          return values.includes(name);
        case 'NotIn':
          return !values.includes(name);
        case 'DoesNotExist':
          return name === '';
        default:
          return name !== '';
      }
    }
    case 'CrossNamespacePodAffinity':
      return Object.keys(digObject(pod, 'spec', 'affinity')).length > 0;
    default:
      return false;
  }
}
