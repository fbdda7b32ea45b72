import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { WriteContext } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import type { QueuedController } from '../controller.js';
import { isDeleting } from '../controller.js';
import { controllerOf } from '../dependents.js';
import { podIndex } from './pod-index.js';
import { isFinished, isReady, ownKey } from './pods.js';
import { share } from './share.js';
import { writeStatus } from './write-status.js';

const budgets = { group: 'policy', plural: 'poddisruptionbudgets' };

/** Where the number of pods an owner wants is written, by its kind. */
const scaled: Readonly<Record<string, { readonly group: string; readonly plural: string }>> = {
  ReplicaSet: { group: 'apps', plural: 'replicasets' },
  StatefulSet: { group: 'apps', plural: 'statefulsets' },
  ReplicationController: { group: '', plural: 'replicationcontrollers' },
};

/**
 * Counts how many pods of a PodDisruptionBudget are well and how many of them may be missed: what evictions go by.
 *
 * @see kubernetes/kubernetes pkg/controller/disruption/disruption.go
 */
export const podDisruptionBudgetController: QueuedController = {
  name: 'disruption',
  watches: ['poddisruptionbudgets.policy', 'pods.'],
  keysOf: ({ cluster }, change) => {
    if (change.resource.plural !== 'pods') return [ownKey(change)];
    const { stored, previous } = change;
    const { namespace = '' } = stored.object.metadata;
    return cluster.store
      .list(budgets, namespace)
      .filter(({ object }) =>
        [stored, previous].some(
          (pod) => pod !== undefined && selects(dig(object, 'spec', 'selector'), pod.object.metadata.labels),
        ),
      )
      .map(({ object }) => ({ namespace, name: object.metadata.name }));
  },
  settle: (context, { namespace, name }) => {
    const budget = context.cluster.store.find(budgets, namespace, name)?.object;
    if (budget === undefined || isDeleting(budget)) return;
    const resource = context.catalog.byPlural(budgets.group, budgets.plural);
    if (resource !== undefined) writeStatus(context, resource, budget, statusOf(context, budget));
  },
};

function statusOf({ cluster, world }: WriteContext, budget: KubeObject): JsonObject {
  const { namespace = '', generation = 1 } = budget.metadata;
  const selector = dig(budget, 'spec', 'selector');
  const pods = [...(podIndex(cluster.store).byNamespace.get(namespace)?.values() ?? [])].filter(
    (pod) => selects(selector, pod.metadata.labels) && !isFinished(pod) && !isDeleting(pod),
  );
  const { expected, desired } = wanted(cluster.store, budget, pods);
  const gone = digObject(budget, 'status', 'disruptedPods');
  const disrupted = Object.entries(gone).filter(([name]) =>
    pods.some(({ metadata }) => metadata.name === name),
  );
  const healthy = pods.filter((pod) => isReady(pod) && gone[pod.metadata.name] === undefined).length;
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  const before = digArray(budget, 'status', 'conditions').find(
    (one) => digString(one, 'type') === 'DisruptionAllowed',
  );
  const status = allowed > 0 ? 'True' : 'False';
  const isSame = digString(before, 'status') === status;
  const condition: JsonObject = {
    type: 'DisruptionAllowed',
    status,
    observedGeneration: generation,
    lastTransitionTime: isSame ? digString(before, 'lastTransitionTime') : world.clock.timestamp(),
    reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  };
  return {
    observedGeneration: generation,
    ...(disrupted.length > 0 && { disruptedPods: Object.fromEntries(disrupted) }),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: [condition],
  };
}

interface Wanted {
  /** How many pods there should be. */
  readonly expected: number;
  /** How many of them have to be well. */
  readonly desired: number;
}

function wanted(store: ObjectStore, budget: KubeObject, pods: readonly KubeObject[]): Wanted {
  const least = dig(budget, 'spec', 'minAvailable');
  const missing = dig(budget, 'spec', 'maxUnavailable');
  if (missing !== undefined) {
    const expected = expectedOf(store, pods);
    return { expected, desired: Math.max(0, expected - share(missing, expected, Math.ceil)) };
  }
  if (typeof least === 'string') {
    const expected = expectedOf(store, pods);
    return { expected, desired: share(least, expected, Math.ceil) };
  }
  return { expected: pods.length, desired: typeof least === 'number' ? least : 0 };
}

/** How many pods the owners of some pods want together; pods of nobody count for nothing. */
function expectedOf(store: ObjectStore, pods: readonly KubeObject[]): number {
  const owners = new Map<string, number>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined || !Object.hasOwn(scaled, owner.kind)) continue;
    const resource = scaled[owner.kind];
    const object = resource && store.find(resource, pod.metadata.namespace, owner.name)?.object;
    const replicas = dig(object, 'spec', 'replicas');
    if (isJsonObject(object)) owners.set(owner.uid, typeof replicas === 'number' ? replicas : 1);
  }
  return [...owners.values()].reduce((sum, replicas) => sum + replicas, 0);
}
