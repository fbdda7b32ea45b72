import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { WriteContext } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import { controlledBy, controllerOf } from '../dependents.js';
import { matchesNode, takenForGranted } from './choose-node.js';
import { recordEvent } from './events.js';
import { podIndex, podsOn } from './pod-index.js';
import { portsRule } from './pod-neighbours.js';
import { amount, priorityOf, requestsOf } from './pod-requests.js';
import { isFinished, podResource } from './pods.js';
import { untolerated } from './tolerations.js';

/** Why a node does not take a pod that was given to it, in the words of its kubelet. */
interface Rejection {
  readonly reason: string;
  readonly message: string;
}

/** Pods with this priority drive others out, so they are never turned away. */
const criticalPriority = 2_000_000_000;
/** The first Kubernetes whose pods say in a sentence that they were rejected. */
const firstMinorWithSentence = 27;
/** Milliseconds a controller's next pod waits to be turned away by a node that has turned one away: at first and at last. */
const firstWait = 1000;
const longestWait = 900_000;

/** Whether a pod is one that its node has not looked at yet. */
function isUnseen(pod: KubeObject): boolean {
  return (
    dig(pod, 'status', 'startTime') === undefined && digArray(pod, 'status', 'containerStatuses').length === 0
  );
}

/**
 * Turns a pod away that was put on a node by hand and that the node has no room for, or that does not want to be there.
 *
 * Differs from Kubernetes: what a controller makes anew after that is turned away later and later, so that a template that
 * names a full node does not fill the cluster; a critical pod is taken without driving others out.
 *
 * @returns `undefined` when the node takes the pod, else when it is turned away, in milliseconds since 1970: later, or done
 * @see kubernetes/kubernetes pkg/kubelet/lifecycle/predicate.go, pkg/kubelet/kubelet.go rejectPod
 */
export function rejectPod(context: WriteContext, pod: KubeObject, node: KubeObject): number | undefined {
  if (!isUnseen(pod) || dig(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror') !== undefined)
    return undefined;
  const { world, cluster } = context;
  const rejection = rejectionOf(cluster.store, pod, node);
  if (rejection === undefined) return undefined;
  const due = (Date.parse(pod.metadata.creationTimestamp ?? '') || 0) + waitOf(cluster.store, pod, rejection);
  if (due > world.clock.now()) return due;
  const { reason, message } = rejection;
  const hasSentence = minorOf(world.settings.kubernetesVersion) >= firstMinorWithSentence;
  cluster.store.replace(podResource, {
    ...pod,
    status: {
      ...digObject(pod, 'status'),
      phase: 'Failed',
      reason,
      message: `${hasSentence ? 'Pod was rejected:' : 'Pod'} ${message}`,
      startTime: world.clock.timestamp(),
    },
  });
  const host = node.metadata.name;
  recordEvent(context, pod, { type: 'Warning', reason, message, component: 'kubelet', host });
  return due;
}

/** How long a pod waits after others of its controller have been turned away for the same. */
function waitOf(store: ObjectStore, pod: KubeObject, { reason }: Rejection): number {
  const owner = controllerOf(pod);
  if (owner === undefined) return 0;
  const { namespace } = pod.metadata;
  const metadata = { name: owner.name, uid: owner.uid, ...(namespace !== undefined && { namespace }) };
  const others = controlledBy(
    store,
    { apiVersion: owner.apiVersion, kind: owner.kind, metadata },
    podResource,
  );
  const count = others.filter((other) => digString(other, 'status', 'reason') === reason).length;
  return count === 0 ? 0 : Math.min(firstWait * 2 ** (count - 1), longestWait);
}

function rejectionOf(store: ObjectStore, pod: KubeObject, node: KubeObject): Rejection | undefined {
  const full = tooFull(store, pod, node);
  if (full !== undefined) return full;
  const predicate = (name: string, why: string): Rejection => ({
    reason: name,
    message: `Predicate ${name} failed: ${why}`,
  });
  if (!matchesNode(node, pod))
    return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  const port = portsRule(
    store,
    pod,
    new Set(unseenOn(store, node).map(({ metadata }) => metadata.uid ?? '')),
  );
  const taken = port?.(node);
  if (taken !== undefined) return predicate('NodePorts', taken);
  const taint = untolerated(node, digArray(pod, 'spec', 'tolerations'), ['NoExecute']);
  return taint === undefined
    ? undefined
    : predicate('TaintToleration', "node(s) had taints that the pod didn't tolerate");
}

function unseenOn(store: ObjectStore, { metadata }: KubeObject): readonly KubeObject[] {
  return podsOn(store, metadata.name).filter(isUnseen);
}

/** What a node has too little of for one more pod, looked for in the order of kubelets. */
function tooFull(store: ObjectStore, pod: KubeObject, node: KubeObject): Rejection | undefined {
  if (priorityOf(pod) >= criticalPriority) return undefined;
  const room = digObject(node, 'status', 'allocatable');
  const wanted = new Map([['pods', 1000], ...requestsOf(pod)]);
  const load = podIndex(store).byNode.get(node.metadata.name);
  const isFull = (name: string, used: number): boolean => used > amount(room[name]);
  const asked = (name: string): number =>
    name === 'pods' ? (load?.pods ?? 0) * 1000 : (load?.asked.get(name) ?? 0);
  const names = [...new Set(['pods', 'cpu', 'memory', 'ephemeral-storage', ...wanted.keys()])].filter(
    (name) => (wanted.get(name) ?? 0) > 0 && isCounted(name, room[name]),
  );
  // The index counts every pod that was given to the node, this one included: most nodes have room even so.
  if (!names.some((name) => isFull(name, asked(name)))) return undefined;
  const taken = podsOn(store, node.metadata.name).filter((other) => !isFinished(other) && !isUnseen(other));
  const requests = taken.map(requestsOf);
  for (const name of names) {
    const used =
      name === 'pods' ? taken.length * 1000 : requests.reduce((sum, one) => sum + (one.get(name) ?? 0), 0);
    const more = wanted.get(name) ?? 0;
    if (isFull(name, used + more)) return outOf(name, [more, used, amount(room[name])]);
  }
  return undefined;
}

/** What a node knows nothing of is somebody else's affair. */
function isCounted(name: string, room: Json | undefined): boolean {
  if (room !== undefined) return true;
  return name !== 'pods' && !takenForGranted.has(name) && !name.includes('/');
}

/** @param amounts What is asked for, in use and there, in thousandths. */
function outOf(name: string, amounts: readonly number[]): Rejection {
  const [requested, used, capacity] = amounts.map((one) =>
    String(name === 'cpu' ? one : Math.ceil(one / 1000)),
  );
  const message = `Node didn't have enough resource: ${name}, requested: ${requested ?? ''}, used: ${used ?? ''}, capacity: ${capacity ?? ''}`;
  return { reason: `OutOf${name}`, message };
}
