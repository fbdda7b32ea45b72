import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { ClusterState } from '../../state/world.js';
import { amount, podIndex, requestsOf, type NodeLoad } from './pod-index.js';
import { affinityRule, portsRule, spreadRule } from './pod-neighbours.js';
import { tolerates, unschedulableTaint, untolerated } from './tolerations.js';

const nodes = { group: '', plural: 'nodes' };
const cordon = { key: unschedulableTaint, effect: 'NoSchedule' };
const empty: NodeLoad = { pods: 0, cpu: 0, memory: 0, addresses: new Set() };

/** A node for a pod, or why there is none in the scheduler's words. */
export type Choice = { readonly node: KubeObject } | { readonly why: string };

/** Why a node does not do; whether it would if other pods went. */
interface Refusal {
  readonly reasons: readonly string[];
  readonly isForGood: boolean;
}

/**
 * Chooses the node with the fewest pods among those a pod may run on and fits on.
 *
 * Differs from Kubernetes: scores are replaced by that count, and nobody is preempted.
 */
export function chooseNode(cluster: ClusterState, pod: KubeObject): Choice {
  const { store } = cluster;
  const { byNode } = podIndex(store);
  const all = store.list(nodes);
  const wanted = requestsOf(pod);
  const ports = portsRule(store, pod);
  const rules = [spreadRule(store, pod, (node) => matchesNode(node, pod)), affinityRule(store, pod)];
  const reasons = new Map<string, number>();
  const count = (why: string): void => void reasons.set(why, (reasons.get(why) ?? 0) + 1);
  let forGood = 0;
  let best: { readonly node: KubeObject; readonly pods: number } | undefined;
  for (const { object: node } of all) {
    const load = byNode.get(node.metadata.name) ?? empty;
    if (best !== undefined && load.pods >= best.pods) continue;
    const refusal = refusalBy(node, pod, () => [
      ports?.(node) ?? tooFull(node, load, wanted),
      ...rules.map((rule) => rule?.(node)),
    ]);
    if (refusal === undefined) best = { node, pods: load.pods };
    else {
      refusal.reasons.forEach(count);
      if (refusal.isForGood) forGood += 1;
    }
  }
  if (best !== undefined) return { node: best.node };
  if (all.length === 0) return { why: 'no nodes available to schedule pods' };
  const preemption = [
    [forGood, 'Preemption is not helpful for scheduling'],
    [all.length - forGood, 'No preemption victims found for incoming pod'],
  ] as const;
  const first = unavailable(
    all.length,
    [...reasons].map(([why, nodesOf]) => [nodesOf, why]),
  );
  return { why: `${first} preemption: ${unavailable(all.length, preemption)}` };
}

function unavailable(total: number, reasons: readonly (readonly [number, string])[]): string {
  const parts = reasons.filter(([count]) => count > 0).map(([count, why]) => `${String(count)} ${why}`);
  return `0/${String(total)} nodes are available: ${parts.sort().join(', ')}.`;
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

/** The first thing that speaks against a node; what depends on other pods is looked at last. */
function refusalBy(
  node: KubeObject,
  pod: KubeObject,
  others: () => readonly (string | readonly string[] | undefined)[],
): Refusal | undefined {
  const tolerations = digArray(pod, 'spec', 'tolerations');
  const forGood = (why: string): Refusal => ({ reasons: [why], isForGood: true });
  if (dig(node, 'spec', 'unschedulable') === true && !tolerations.some((one) => tolerates(one, cordon)))
    return forGood('node(s) were unschedulable');
  const taint = untolerated(node, tolerations);
  if (taint !== undefined)
    return forGood(
      `node(s) had untolerated taint {${digString(taint, 'key')}: ${digString(taint, 'value')}}`,
    );
  if (!matchesNode(node, pod)) return forGood("node(s) didn't match Pod's node affinity/selector");
  const found = others().find((why) => why !== undefined && why.length > 0);
  if (found === undefined) return undefined;
  const reasons = typeof found === 'string' ? [found] : found;
  return { reasons, isForGood: reasons.some((why) => alone.has(why)) };
}

/** Reasons that have to do with other pods, and yet stay when some of them go. */
const alone = new Set([
  "node(s) didn't match pod affinity rules",
  "node(s) didn't match pod topology spread constraints (missing required label)",
]);

/** What a node has too little of for a pod. */
function tooFull(
  node: KubeObject,
  load: NodeLoad,
  wanted: { readonly cpu: number; readonly memory: number },
): readonly string[] | undefined {
  const room = digObject(node, 'status', 'allocatable');
  const isShort = (key: 'cpu' | 'memory', unit: number): boolean =>
    room[key] !== undefined && wanted[key] > 0 && load[key] + wanted[key] > amount(room[key]) / unit;
  const reasons = [
    ...(room['pods'] !== undefined && load.pods >= amount(room['pods']) / 1000 ? ['Too many pods'] : []),
    ...(isShort('cpu', 1) ? ['Insufficient cpu'] : []),
    ...(isShort('memory', 1000) ? ['Insufficient memory'] : []),
  ];
  return reasons.length > 0 ? reasons : undefined;
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
