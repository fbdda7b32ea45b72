import { digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { ObjectStore } from '../../../state/object-store.js';
import type { World } from '../../../state/world.js';

const group = 'admissionregistration.k8s.io';
const policies = { group, plural: 'validatingadmissionpolicies' };
const bindings = { group, plural: 'validatingadmissionpolicybindings' };

/** A policy with what binds it, by name. */
export interface BoundPolicy {
  readonly policy: KubeObject;
  readonly bindings: readonly KubeObject[];
}

/** Whether there is anything bound that counts: what every write asks. */
export function hasPolicies(world: World, store: ObjectStore): boolean {
  return (
    store.list(bindings).length > 0 &&
    store.list(policies).length > 0 &&
    !world.switchedOff.has('validatingadmissionpolicy')
  );
}

/** All policies that something binds, by name. */
export function findPolicies(store: ObjectStore): BoundPolicy[] {
  const all = store.list(bindings).map(({ object }) => object);
  return store
    .list(policies)
    .map(({ object: policy }) => ({
      policy,
      bindings: all.filter((one) => digString(one, 'spec', 'policyName') === policy.metadata.name),
    }))
    .filter((one) => one.bindings.length > 0);
}
