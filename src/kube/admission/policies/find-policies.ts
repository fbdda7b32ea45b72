import { digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { ObjectStore } from '../../../state/object-store.js';
import type { World } from '../../../state/world.js';

const group = 'admissionregistration.k8s.io';
/** Kinds of policy, as their resources are called. */
export type PolicyKind = 'validating' | 'mutating';

function resourcesOf(kind: PolicyKind): Record<'policies' | 'bindings', { group: string; plural: string }> {
  return {
    policies: { group, plural: `${kind}admissionpolicies` },
    bindings: { group, plural: `${kind}admissionpolicybindings` },
  };
}

/** A policy with what binds it, by name. */
export interface BoundPolicy {
  readonly policy: KubeObject;
  readonly bindings: readonly KubeObject[];
}

/** Whether there is anything bound that counts: what every write asks. */
export function hasPolicies(world: World, store: ObjectStore, kind: PolicyKind): boolean {
  const { policies, bindings } = resourcesOf(kind);
  return (
    store.list(bindings).length > 0 &&
    store.list(policies).length > 0 &&
    !world.switchedOff.has(`${kind}admissionpolicy`)
  );
}

/** All policies that something binds, by name. */
export function findPolicies(store: ObjectStore, kind: PolicyKind): BoundPolicy[] {
  const { policies, bindings } = resourcesOf(kind);
  const all = store.list(bindings).map(({ object }) => object);
  return store
    .list(policies)
    .map(({ object: policy }) => ({
      policy,
      bindings: all.filter((one) => digString(one, 'spec', 'policyName') === policy.metadata.name),
    }))
    .filter((one) => one.bindings.length > 0);
}
