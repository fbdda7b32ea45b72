import { dig, digArray, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { withDisruptionTarget } from '../../kube/disruption-target.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import type { ObjectStore } from '../../state/object-store.js';
import { isDeleting, keyOf, type QueuedController } from '../controller.js';
import { later } from '../later.js';
import { recordEvent } from '../workloads/events.js';
import { podsOn } from '../workloads/pod-index.js';
import { isFinished, ownKey, podResource } from '../workloads/pods.js';
import { tolerates } from '../workloads/tolerations.js';
import { nodeResource } from './node-condition.js';

const controllerName = 'taint-eviction';

/** A pod that is to leave its node. */
interface Leaving {
  /** Milliseconds since 1970: when its time began to run. */
  readonly since: number;
  readonly due: number;
  readonly callOff: () => void;
}

/** Pods that are to leave, by uid. */
const leaving = new WeakMap<ObjectStore, Map<string, Leaving>>();

/**
 * Deletes pods from nodes with a `NoExecute` taint: those that do not put up with it at once, those that do for some
 * seconds after these.
 *
 * @see kubernetes/kubernetes pkg/controller/tainteviction/taint_eviction.go
 */
export const taintEviction: QueuedController = {
  name: controllerName,
  watches: ['nodes.', 'pods.'],
  keysOf: ({ cluster }, change) => {
    const { stored, previous, type } = change;
    const [now, before] = [stored.object, previous?.object];
    if (change.resource.plural === 'nodes') {
      if (dig(now, 'spec', 'taints') === dig(before, 'spec', 'taints') && type !== 'DELETED') return [];
      if (!hasNoExecute(now) && (before === undefined || !hasNoExecute(before))) return [];
      return podsOn(cluster.store, now.metadata.name).map(({ metadata }) => ({
        namespace: metadata.namespace ?? '',
        name: metadata.name,
      }));
    }
    const { uid = '' } = now.metadata;
    if (type === 'DELETED') {
      leaving.get(cluster.store)?.get(uid)?.callOff();
      leaving.get(cluster.store)?.delete(uid);
      return [];
    }
    const [place, tolerations] = [dig(now, 'spec', 'nodeName'), dig(now, 'spec', 'tolerations')];
    if (place === undefined) return [];
    const isKnown = dig(before, 'spec', 'nodeName') === place;
    return isKnown && dig(before, 'spec', 'tolerations') === tolerations ? [] : [ownKey(change)];
  },
  settle: (context, { namespace, name }) => {
    const { store } = context.cluster;
    const pod = store.find(podResource, namespace, name)?.object;
    if (pod === undefined || isDeleting(pod) || isFinished(pod)) return;
    const node = store.find(nodeResource, undefined, digString(pod, 'spec', 'nodeName'))?.object;
    const taints = digArray(node, 'spec', 'taints').filter(isNoExecute);
    plan(context, pod, secondsLeft(taints, digArray(pod, 'spec', 'tolerations')));
  },
};

function isNoExecute(taint: Json): boolean {
  return digString(taint, 'effect') === 'NoExecute';
}

function hasNoExecute(node: KubeObject): boolean {
  return digArray(node, 'spec', 'taints').some(isNoExecute);
}

/** How long a pod puts up with taints, in seconds; `Infinity` for good. */
function secondsLeft(taints: readonly Json[], tolerations: readonly Json[]): number {
  let least = Infinity;
  for (const taint of taints) {
    const fitting = tolerations.filter((one) => tolerates(one, taint));
    if (fitting.length === 0) return 0;
    for (const one of fitting) {
      const seconds = dig(one, 'tolerationSeconds');
      if (typeof seconds === 'number') least = Math.min(least, Math.max(0, seconds));
    }
  }
  return least;
}

function plan(context: WriteContext, pod: KubeObject, seconds: number): void {
  const { store } = context.cluster;
  const { uid = '', namespace, name } = pod.metadata;
  let known = leaving.get(store);
  if (known === undefined) leaving.set(store, (known = new Map<string, Leaving>()));
  const before = known.get(uid);
  const { clock } = context.world;
  const since = before?.since ?? clock.now();
  const due = since + seconds * 1000;
  if (before?.due === due) return;
  before?.callOff();
  known.delete(uid);
  if (seconds === Infinity) {
    if (before !== undefined) tell(context, pod, 'Cancelling deletion of Pod');
  } else if (due <= clock.now()) {
    evict(context, pod);
  } else {
    const callOff = later(context.world, controllerName, due, () => {
      known.delete(uid);
      const current = store.find(podResource, namespace, name)?.object;
      if (current?.metadata.uid === uid && !isDeleting(current)) evict(context, current);
    });
    known.set(uid, { since, due, callOff });
  }
}

function evict(context: WriteContext, pod: KubeObject): void {
  tell(context, pod, 'Marking for deletion Pod');
  const why = ['DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint'] as const;
  const told = withDisruptionTarget(context.world, pod, ...why);
  if (told !== pod) context.cluster.store.replace(podResource, told);
  deleteObject(context, context.catalog.get('', 'pods'), keyOf(pod));
}

function tell(context: WriteContext, pod: KubeObject, what: string): void {
  const { namespace = '', name } = pod.metadata;
  recordEvent(context, pod, {
    reason: 'TaintManagerEviction',
    message: `${what} ${namespace}/${name}`,
    component: 'taint-eviction-controller',
  });
}
