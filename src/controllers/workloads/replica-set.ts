import { ApiError, type GroupResource } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, keyOf, type QueuedController, type WorkKey } from '../controller.js';
import { lookAgainAt } from '../later.js';
import { availabilityOf } from './availability.js';
import { claim, claimantsOf, type ClaimingKind } from './claim.js';
import {
  activePods,
  createPod,
  isFinished,
  isReady,
  ownKey,
  podResource,
  podsAtOnce,
  recordPod,
  recordRefusal,
} from './pods.js';
import type { Change } from '../../state/object-store.js';
import { mergeConditions, othersConditions, writeStatus, type Condition } from './write-status.js';

/** A kind that keeps a number of pods of one template. */
interface ReplicaKind extends ClaimingKind {
  /** Of the controller. */
  readonly name: string;
  readonly component: string;
}

/**
 * Keeps as many pods as a ReplicaSet wants.
 *
 * One whose pods are refused says so in a condition and an Event, and tries again when what pods depend on changes.
 *
 * @see kubernetes/kubernetes pkg/controller/replicaset/replica_set.go
 */
export const replicaSetController: QueuedController = keeping({
  name: 'replicaset',
  component: 'replicaset-controller',
  kind: 'ReplicaSet',
  resource: { group: 'apps', plural: 'replicasets' },
  selectorOf: (set) => dig(set, 'spec', 'selector'),
});

/** Does the same for a ReplicationController. */
export const replicationController: QueuedController = keeping({
  name: 'replicationcontroller',
  component: 'replication-controller',
  kind: 'ReplicationController',
  resource: { group: '', plural: 'replicationcontrollers' },
  selectorOf: (set) => ({ matchLabels: digObject(set, 'spec', 'selector') }),
});

function keeping(replicas: ReplicaKind): QueuedController {
  const { name: controller, resource } = replicas;
  const own = `${resource.plural}.${resource.group}`;
  return {
    name: controller,
    watches: [
      own,
      'pods.',
      'serviceaccounts.kubesphere.io',
      'serviceaccounts.',
      'secrets.',
      'resourcequotas.',
    ],
    keysOf: (context, change) => {
      if (change.resource.plural === resource.plural) return isOwnReport(change) ? [] : [ownKey(change)];
      if (change.resource.plural === 'pods') return claimantsOf(context, change, replicas);
      return refused(context.cluster, resource, change.stored.object.metadata.namespace);
    },
    settle: (context, { namespace, name }) => {
      const set = context.cluster.store.find(resource, namespace, name)?.object;
      if (set === undefined || isDeleting(set)) return;
      claim(context, set, {
        resource: podResource,
        selector: replicas.selectorOf(set),
        concerns: (pod) => !isFinished(pod) && !isDeleting(pod),
      });
      const failure = fill(context, set, replicas.component);
      const pods = activePods(context, set);
      const { available, next } = availabilityOf(context, set, pods);
      lookAgainAt(context, controller, resource, set, next);
      const { conditions: _, ...status } = statusOf(set, pods, available);
      const own = mergeConditions(
        digArray(set, 'status', 'conditions').filter(isJsonObject),
        failure === undefined ? [] : [failure],
        context.world.clock.timestamp(),
      );
      const conditions = [...own, ...othersConditions(set, ['ReplicaFailure'])];
      writeStatus(context, context.catalog.get(resource.group, resource.plural), set, {
        ...status,
        ...(conditions.length > 0 && { conditions }),
      });
    },
  };
}

/** Whether only the status is another, which says what was seen already: a refused pod has a new name each time. */
function isOwnReport({ stored, previous }: Change): boolean {
  // The same object once more: it asked to be looked at again.
  if (previous === undefined || previous === stored) return false;
  const [now, before] = [stored.object, previous.object];
  return (
    now['spec'] === before['spec'] &&
    now.metadata.generation === before.metadata.generation &&
    now.metadata.deletionTimestamp === before.metadata.deletionTimestamp
  );
}

/** ReplicaSets of a namespace that could not make all their pods. */
function refused(
  { store }: WriteContext['cluster'],
  resource: GroupResource,
  namespace: string | undefined,
): readonly WorkKey[] {
  if (namespace === undefined) return [];
  return store
    .list(resource, namespace)
    .filter(({ object }) =>
      digArray(object, 'status', 'conditions').some((one) => digString(one, 'type') === 'ReplicaFailure'),
    )
    .map(({ object }) => ({ namespace, name: object.metadata.name }));
}

/** Makes or removes pods until there are as many as wanted. @returns what stopped it */
function fill(context: WriteContext, set: KubeObject, component: string): Condition | undefined {
  const replicas = dig(set, 'spec', 'replicas');
  const wanted = typeof replicas === 'number' ? replicas : 1;
  const pods = activePods(context, set);
  const surplus = Math.min(podsAtOnce, Math.max(0, pods.length - wanted));
  for (const pod of surplus > 0 ? leastMissed(pods).slice(0, surplus) : []) {
    deleteObject(context, context.catalog.get('', 'pods'), keyOf(pod));
    recordPod(context, set, component, 'delete', pod.metadata.name);
  }
  for (let count = pods.length; count < Math.min(wanted, pods.length + podsAtOnce); count += 1) {
    try {
      const pod = createPod(context, set, digObject(set, 'spec', 'template'));
      recordPod(context, set, component, 'create', pod.metadata.name);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const before = digArray(set, 'status', 'conditions')[0];
      if (digString(before, 'message') !== error.message)
        recordRefusal(context, set, component, error.message);
      return { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: error.message };
    }
  }
  return undefined;
}

/** Pods in the order they are given up: not ready ones first, then the youngest. */
function leastMissed(pods: readonly KubeObject[]): readonly KubeObject[] {
  const age = (pod: KubeObject): number => Number(pod.metadata.resourceVersion ?? 0);
  return [...pods].sort((a, b) => Number(isReady(a)) - Number(isReady(b)) || age(b) - age(a));
}

function statusOf(set: KubeObject, pods: readonly KubeObject[], available: number): JsonObject {
  const labels = digObject(set, 'spec', 'template', 'metadata', 'labels');
  const labelled = pods.filter((pod) => selects({ matchLabels: labels }, pod.metadata.labels)).length;
  const ready = pods.filter(isReady).length;
  return {
    replicas: pods.length,
    ...(labelled > 0 && { fullyLabeledReplicas: labelled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    observedGeneration: set.metadata.generation ?? 1,
  };
}
