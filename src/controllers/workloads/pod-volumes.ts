import { digArray, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ObjectStore } from '../../state/object-store.js';
import { isNodeIn } from './node-preferences.js';
import { claimsOf } from './storage-protection.js';
import { volumeFor } from './volume-match.js';

const claims = { group: '', plural: 'persistentvolumeclaims' };
const volumes = { group: '', plural: 'persistentvolumes' };
const classes = { group: 'storage.k8s.io', plural: 'storageclasses' };
/** Provisioner of classes whose volumes are all made by hand. */
export const byHand = 'kubernetes.io/no-provisioner';

/** What speaks against a node, in the scheduler's words. */
type Rule = (node: KubeObject) => string | undefined;

/** Whether a volume can be used on a node. */
export function isWithin(volume: KubeObject, node: KubeObject): boolean {
  const terms = digArray(volume, 'spec', 'nodeAffinity', 'required', 'nodeSelectorTerms');
  return terms.length === 0 || terms.some((term) => isNodeIn(term, node));
}

/**
 * Looks for a node where a pod's volumes are or can be; `undefined` for pods that may be anywhere.
 *
 * @see kubernetes/kubernetes pkg/scheduler/framework/plugins/volumebinding/binder.go FindPodVolumes
 */
export function volumeRule(store: ObjectStore, pod: KubeObject): Rule | undefined {
  const rules = claimsOf(pod).flatMap((name): Rule[] => {
    const claim = store.find(claims, pod.metadata.namespace, name)?.object;
    const rule = claim && ruleOf(store, claim);
    return rule === undefined ? [] : [rule];
  });
  if (rules.length === 0) return undefined;
  return (node) => {
    for (const rule of rules) {
      const why = rule(node);
      if (why !== undefined) return why;
    }
    return undefined;
  };
}

function ruleOf(store: ObjectStore, claim: KubeObject): Rule | undefined {
  const name = digString(claim, 'spec', 'volumeName');
  if (name !== '') {
    const volume = store.find(volumes, undefined, name)?.object;
    if (
      volume === undefined ||
      digArray(volume, 'spec', 'nodeAffinity', 'required', 'nodeSelectorTerms').length === 0
    )
      return undefined;
    return (node) => (isWithin(volume, node) ? undefined : 'node(s) had volume node affinity conflict');
  }
  const className = digString(claim, 'spec', 'storageClassName');
  const storageClass = store.find(classes, undefined, className)?.object;
  if (digString(storageClass, 'volumeBindingMode') !== 'WaitForFirstConsumer') return undefined;
  const isMade = digString(storageClass, 'provisioner') !== byHand;
  const places = digArray(storageClass, 'allowedTopologies');
  if (isMade && places.length === 0) return undefined;
  const all = store.list(volumes).map(({ object }) => object);
  const isAllowed = (node: KubeObject): boolean =>
    isMade && places.some((place) => isNodeIn(asTerm(place), node));
  return (node) => {
    const near = all.filter((volume) => isWithin(volume, node));
    if (isAllowed(node) || volumeFor(claim, near) !== undefined) return undefined;
    return "node(s) didn't find available persistent volumes to bind";
  };
}

/** A topology a class allows, as a term of a node selector. */
function asTerm(place: Json): { matchExpressions: { key: string; operator: string; values: string[] }[] } {
  const matchExpressions = digArray(place, 'matchLabelExpressions').map((one) => ({
    key: digString(one, 'key'),
    operator: 'In',
    values: digArray(one, 'values').map(String),
  }));
  return { matchExpressions };
}
