import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { ClusterState } from '../../state/world.js';
import { amount, podIndex, requestsOf, type NodeLoad } from './pod-index.js';
import { tolerates, unschedulableTaint, untolerated } from './tolerations.js';

const nodes = { group: '', plural: 'nodes' };
const cordon = { key: unschedulableTaint, effect: 'NoSchedule' };
const empty: NodeLoad = { pods: 0, cpu: 0, memory: 0, addresses: new Set() };

/** A node for a pod, or why there is none in the scheduler's words. */
export type Choice = { readonly node: KubeObject } | { readonly why: string };

/**
 * Chooses the node with the fewest pods among those a pod may run on and fits on.
 *
 * Differs from Kubernetes: pod affinity and topology spread are not looked at, and scores are replaced by that count.
 */
export function chooseNode(cluster: ClusterState, pod: KubeObject): Choice {
  const { byNode } = podIndex(cluster.store);
  const all = cluster.store.list(nodes);
  const wanted = requestsOf(pod);
  const reasons = new Map<string, number>();
  let best: { readonly node: KubeObject; readonly pods: number } | undefined;
  for (const { object: node } of all) {
    const load = byNode.get(node.metadata.name) ?? empty;
    if (best !== undefined && load.pods >= best.pods) continue;
    const why = whyNot(node, pod, load, wanted);
    if (why !== undefined) reasons.set(why, (reasons.get(why) ?? 0) + 1);
    else best = { node, pods: load.pods };
  }
  if (best !== undefined) return { node: best.node };
  if (all.length === 0) return { why: 'no nodes available to schedule pods' };
  const total = String(all.length);
  const parts = [...reasons].map(([why, count]) => `${String(count)} ${why}`).sort();
  const rest = `preemption: 0/${total} nodes are available: ${total} Preemption is not helpful for scheduling.`;
  return { why: `0/${total} nodes are available: ${parts.join(', ')}. ${rest}` };
}

/**
 * Whether the pods of a DaemonSet belong on a node: to be put there, or only to stay where they are.
 *
 * @see kubernetes/kubernetes pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod
 */
export function mayRunOn(node: KubeObject, pod: Json): 'run' | 'stay' | undefined {
  if (!matchesNode(node, pod)) return undefined;
  const tolerations = digArray(pod, 'spec', 'tolerations');
  if (untolerated(node, tolerations) === undefined) return 'run';
  return untolerated(node, tolerations, ['NoExecute']) === undefined ? 'stay' : undefined;
}

function whyNot(
  node: KubeObject,
  pod: KubeObject,
  load: NodeLoad,
  wanted: { readonly cpu: number; readonly memory: number },
): string | undefined {
  const tolerations = digArray(pod, 'spec', 'tolerations');
  if (dig(node, 'spec', 'unschedulable') === true && !tolerations.some((one) => tolerates(one, cordon)))
    return 'node(s) were unschedulable';
  const taint = untolerated(node, tolerations);
  if (taint !== undefined)
    return `node(s) had untolerated taint {${digString(taint, 'key')}: ${digString(taint, 'value')}}`;
  if (!matchesNode(node, pod)) return "node(s) didn't match Pod's node affinity/selector";
  const room = digObject(node, 'status', 'allocatable');
  if (room['pods'] !== undefined && load.pods >= amount(room['pods']) / 1000) return 'Too many pods';
  if (room['cpu'] !== undefined && wanted.cpu > 0 && load.cpu + wanted.cpu > amount(room['cpu']))
    return 'Insufficient cpu';
  if (room['memory'] !== undefined && wanted.memory > 0) {
    if (load.memory + wanted.memory > amount(room['memory']) / 1000) return 'Insufficient memory';
  }
  return undefined;
}

/** Whether a node is one that nodeSelector and required node affinity of a pod ask for. */
function matchesNode(node: KubeObject, pod: Json): boolean {
  const { labels } = node.metadata;
  const selector = digObject(pod, 'spec', 'nodeSelector');
  if (!selects({ matchLabels: selector }, labels)) return false;
  const terms = digArray(
    pod,
    'spec',
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  );
  if (terms.length === 0) return true;
  return terms.some(
    (term) =>
      selects({ matchExpressions: digArray(term, 'matchExpressions') }, labels) &&
      selects({ matchExpressions: digArray(term, 'matchFields') }, { 'metadata.name': node.metadata.name }),
  );
}

/** A free address on a node's pod network. */
export function freePodAddress(cluster: ClusterState, node: KubeObject): string {
  const load = podIndex(cluster.store).byNode.get(node.metadata.name) ?? empty;
  const cidr = digString(node, 'spec', 'podCIDR') || '10.244.0.0/16';
  const [a = '10', b = '244', third = '0'] = cidr.split('.');
  for (let block = Number(third); block < 256; block += 1) {
    for (let host = 2; host < 255; host += 1) {
      const address = `${a}.${b}.${String(block)}.${String(host)}`;
      if (!load.addresses.has(address)) return address;
    }
  }
  return `${a}.${b}.255.254`;
}

/** The address of a node inside its network. */
export function addressOf(node: KubeObject): string {
  const found = digArray(node, 'status', 'addresses').find((one) => digString(one, 'type') === 'InternalIP');
  return digString(found, 'address');
}
