import { fixedUid } from '../../core/fixed-uid.js';
import { deepFreeze } from '../../core/json.js';
import { StoredObject, type ObjectStore } from '../../state/object-store.js';

const priorityClasses = { group: 'scheduling.k8s.io', plural: 'priorityclasses' };
/** When a fresh install got them, and what stands in for the version they were written at. */
const installedAt = '2024-01-10T08:00:00Z';
const firstVersion = 50;

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

/** Tells whether an object is one of them, as they came. */
export function isSystemPriorityClass(stored: StoredObject): boolean {
  return made?.includes(stored) === true;
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
  return classes.map(([name, value, description], at) => {
    const version = firstVersion + at;
    return new StoredObject(
      deepFreeze({
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: {
          name,
          uid: fixedUid(`priorityclass ${name}`),
          resourceVersion: String(version),
          generation: 1,
          creationTimestamp: installedAt,
        },
        value,
        description,
        preemptionPolicy: 'PreemptLowerPriority',
      }),
      version,
    );
  });
}
