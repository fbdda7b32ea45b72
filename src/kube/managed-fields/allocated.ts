import type { KubeObject } from '../../core/kube-object.js';
import type { Resource } from '../../registry/contract.js';
import { type FieldSet, type PathStep } from './field-set.js';
import { fieldsOf } from './fields-of.js';
import type { Shape } from './shape.js';

/**
 * Members the server gives an object after it has noted who set what: addresses, what admission adds. `*` is any item or
 * key. They are their sender's only when they were sent.
 */
const allocated: Readonly<Record<string, readonly string[]>> = {
  'services.': [
    'spec.clusterIP',
    'spec.clusterIPs',
    'spec.ipFamilies',
    'spec.ipFamilyPolicy',
    'spec.healthCheckNodePort',
    'spec.ports.*.nodePort',
  ],
  'pods.': [
    'spec.nodeName',
    'spec.serviceAccount',
    'spec.serviceAccountName',
    'spec.tolerations',
    'spec.priority',
    'spec.preemptionPolicy',
    'spec.volumes',
    'spec.volumes.*',
    'spec.containers.*.volumeMounts',
    'spec.containers.*.volumeMounts.*',
    'spec.initContainers.*.volumeMounts',
    'spec.initContainers.*.volumeMounts.*',
  ],
  'namespaces.': ['spec.finalizers'],
  'persistentvolumeclaims.': ['spec.storageClassName', 'metadata.finalizers'],
  'persistentvolumes.': ['metadata.finalizers'],
  'jobs.batch': [
    'spec.selector',
    'spec.template.metadata.labels',
    'spec.template.metadata.labels.*',
    'metadata.labels',
    'metadata.labels.*',
  ],
};

/** The set without what the server allocated. */
export function withoutAllocated(
  set: FieldSet,
  { plural, group }: Resource,
  sent: KubeObject,
  shape: Shape,
): FieldSet {
  const paths = allocated[`${plural}.${group}`]?.filter((path) => {
    const step = `f:${path.slice(0, path.indexOf('.'))}`;
    return set.members.has(step) || set.children.has(step);
  });
  if (paths === undefined || paths.length === 0) return set;
  const given = fieldsOf(sent, shape);
  for (const path of paths) drop(set, given, path.split('.'));
  return set;
}

function drop(set: FieldSet, given: FieldSet | undefined, [first = '', ...rest]: readonly string[]): void {
  const steps = first === '*' ? [...new Set([...set.members, ...set.children.keys()])] : [`f:${first}`];
  for (const step of steps) {
    const below = given?.children.get(step);
    if (rest.length === 0) {
      if (!isGiven(given, step)) {
        set.members.delete(step);
        set.children.delete(step);
      }
      continue;
    }
    const child = set.children.get(step);
    if (child === undefined) continue;
    drop(child, below, rest);
    if (child.empty) set.children.delete(step);
  }
}

function isGiven(given: FieldSet | undefined, step: PathStep): boolean {
  return given?.members.has(step) === true || given?.children.has(step) === true;
}
