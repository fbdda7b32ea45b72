import type { ObjectStore, StoredObject } from '../../state/object-store.js';
import { installedObject } from './installed-object.js';

const priorityClasses = { group: 'scheduling.k8s.io', plural: 'priorityclasses' };

let made: readonly StoredObject[] | undefined;

/**
 * Has a cluster begin with the PriorityClasses of pods that keep it running. They are made when somebody first asks for
 * one, and are the same in every world.
 *
 * @see kubernetes/kubernetes pkg/apis/scheduling/v1/helpers.go SystemPriorityClasses
 */
export function offerPriorityClasses(store: ObjectStore): void {
  store.offer(priorityClasses, () => (made ??= systemClasses()));
}

function systemClasses(): readonly StoredObject[] {
  const classes = [
    [
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ],
    [
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ],
  ] as const;
  return classes.map(([name, value, description]) =>
    installedObject({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name, generation: 1 },
      value,
      description,
      preemptionPolicy: 'PreemptLowerPriority',
    }),
  );
}
