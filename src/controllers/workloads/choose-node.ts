import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { WriteContext } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import type { ClusterState } from '../../state/world.js';
import { hasPreferences, isNodeIn, mostLiked } from './node-preferences.js';
import { podIndex, type NodeLoad } from './pod-index.js';
import { affinityRule, portsRule, spreadRule, type Without } from './pod-neighbours.js';
import { volumeRule } from './pod-volumes.js';
import { amount, priorityOf, requestsOf, type Amounts } from './pod-requests.js';
import { isFinished } from './pods.js';
import { schedulingWords, unavailable, type SchedulingWords } from './scheduling-words.js';
import { tolerates, unschedulableTaint, untolerated } from './tolerations.js';

const nodes = { group: '', plural: 'nodes' };
const cordon = { key: unschedulableTaint, effect: 'NoSchedule' };
const empty: NodeLoad = { pods: 0, asked: new Map(), addresses: new Set(), worn: new Set() };

/** A node for a pod, or why there is none in the scheduler's words. */
export type Choice =
  | { readonly node: KubeObject }
  | {
      readonly why: string;
      /** Nodes that would do if other pods went. */
      readonly hopeful: readonly KubeObject[];
      readonly total: number;
    };

/** Why a node does not do; whether it would if other pods went. */
interface Refusal {
  readonly reasons: readonly string[];
  readonly isForGood: boolean;
}

/** Looks for what speaks against a node. */
export type NodeFilter = (node: KubeObject) => Refusal | undefined;

/**
 * Makes the filter of a pod's nodes.
 *
 * @param without Pods that are taken for gone.
 * @see kubernetes/kubernetes pkg/scheduler/framework/plugins
 */
export function nodeFilter(
  { world, cluster }: Pick<WriteContext, 'world' | 'cluster'>,
  pod: KubeObject,
  without: Without = new Set(),
): NodeFilter {
  const { store } = cluster;
  const words = schedulingWords(world);
  const wanted = requestsOf(pod);
  const ports = portsRule(store, pod, without);
  const volumes = volumeRule(store, pod);
  const rules = [
    spreadRule(store, pod, (node) => matchesNode(node, pod), without),
    affinityRule(store, pod, without),
  ];
  const nominated = nominatedPods(store, pod);
  return (node) =>
    refusalBy(node, pod, words, () => {
      const port = ports?.(node);
      if (port !== undefined) return { reasons: [port], isForGood: false };
      const full = tooFull(node, loadOf(store, node, nominated, without), wanted, words);
      if (full !== undefined) return full;
      const far = volumes?.(node);
      if (far !== undefined) return { reasons: [far], isForGood: true };
      const why = rules.map((rule) => rule?.(node)).find((one) => one !== undefined);
      return why === undefined ? undefined : { reasons: [why], isForGood: alone.has(why) };
    });
}

/**
 * Chooses the node a pod likes best, or the one with the fewest pods, among those it may run on and fits on.
 *
 * Differs from Kubernetes: how much of a node is in use, and images it has, count for nothing.
 */
export function chooseNode(context: Pick<WriteContext, 'world' | 'cluster'>, pod: KubeObject): Choice {
  const { store } = context.cluster;
  const { byNode } = podIndex(store);
  const all = store.list(nodes);
  const filter = nodeFilter(context, pod);
  const prefers = hasPreferences(pod, all);
  const reasons = new Map<string, number>();
  const hopeful: KubeObject[] = [];
  const fitting: KubeObject[] = [];
  let best: { readonly node: KubeObject; readonly pods: number } | undefined;
  for (const { object: node } of all) {
    const { pods } = byNode.get(node.metadata.name) ?? empty;
    if (!prefers && best !== undefined && pods >= best.pods) continue;
    const refusal = filter(node);
    if (refusal === undefined) {
      if (best === undefined || pods < best.pods) best = { node, pods };
      if (prefers) fitting.push(node);
    } else {
      for (const why of refusal.reasons) reasons.set(why, (reasons.get(why) ?? 0) + 1);
      if (!refusal.isForGood) hopeful.push(node);
    }
  }
  const liked = fitting.length > 1 ? mostLiked(store, pod, fitting) : best?.node;
  if (liked !== undefined) return { node: liked };
  const total = all.length;
  if (total === 0) return { why: 'no nodes available to schedule pods', hopeful, total };
  return { why: unavailable(total, reasons), hopeful, total };
}

/** Pods that have been promised a place a pod must not take. */
function nominatedPods(store: ObjectStore, pod: KubeObject): readonly KubeObject[] {
  const { nominated } = podIndex(store);
  if (nominated.size === 0) return [];
  return [...nominated.values()].filter(
    (other) => other.metadata.uid !== pod.metadata.uid && priorityOf(other) >= priorityOf(pod),
  );
}

interface Load {
  readonly pods: number;
  readonly asked: ReadonlyMap<string, number>;
}

function loadOf(
  store: ObjectStore,
  node: KubeObject,
  nominated: readonly KubeObject[],
  without: Without,
): Load {
  const { name } = node.metadata;
  const index = podIndex(store);
  const load = index.byNode.get(name) ?? empty;
  const coming = nominated.filter((pod) => digString(pod, 'status', 'nominatedNodeName') === name);
  const going =
    without.size === 0
      ? []
      : [...(index.onNode.get(name)?.values() ?? [])].filter(
          (pod) => without.has(pod.metadata.uid ?? '') && !isFinished(pod),
        );
  if (coming.length + going.length === 0) return load;
  const asked = new Map(load.asked);
  const count = (pods: readonly KubeObject[], by: 1 | -1): void => {
    for (const pod of pods)
      for (const [key, value] of requestsOf(pod)) asked.set(key, (asked.get(key) ?? 0) + by * value);
  };
  count(coming, 1);
  count(going, -1);
  return { pods: load.pods + coming.length - going.length, asked };
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
  words: SchedulingWords,
  others: () => Refusal | undefined,
): Refusal | undefined {
  const tolerations = digArray(pod, 'spec', 'tolerations');
  const forGood = (why: string): Refusal => ({ reasons: [why], isForGood: true });
  if (dig(node, 'spec', 'unschedulable') === true && !tolerations.some((one) => tolerates(one, cordon)))
    return forGood('node(s) were unschedulable');
  const taint = untolerated(node, tolerations);
  if (taint !== undefined) return forGood(words.taint(digString(taint, 'key'), digString(taint, 'value')));
  if (!matchesNode(node, pod)) return forGood(words.selector);
  return others();
}

/** Reasons that have to do with other pods, and yet stay when some of them go. */
const alone = new Set([
  "node(s) didn't match pod affinity rules",
  "node(s) didn't match pod topology spread constraints (missing required label)",
]);

/** Resources a node that says nothing of them has enough of, as nodes of plain files do. */
export const takenForGranted: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** What a node has too little of for a pod. */
function tooFull(
  node: KubeObject,
  load: Load,
  wanted: Amounts,
  { knowsTooMuch }: SchedulingWords,
): Refusal | undefined {
  const room = digObject(node, 'status', 'allocatable');
  const reasons: string[] = [];
  let isForGood = false;
  if (room['pods'] !== undefined && load.pods >= amount(room['pods']) / 1000) reasons.push('Too many pods');
  for (const [name, value] of wanted) {
    if (value === 0 || (room[name] === undefined && takenForGranted.has(name))) continue;
    const all = amount(room[name]);
    if ((load.asked.get(name) ?? 0) + value <= all) continue;
    reasons.push(`Insufficient ${name}`);
    isForGood ||= knowsTooMuch && value > all;
  }
  return reasons.length > 0 ? { reasons, isForGood } : undefined;
}

/** Whether a node is one that nodeSelector and required node affinity of a pod ask for. */
export function matchesNode(node: KubeObject, pod: Json): boolean {
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
  return terms.some((term) => isNodeIn(term, node));
}

/** A free address on a node's pod network. */
export function freePodAddress(cluster: ClusterState, node: KubeObject): string {
  const load = podIndex(cluster.store).byNode.get(node.metadata.name) ?? empty;
  const cidr = digString(node, 'spec', 'podCIDR') || '10.244.0.0/16';
  const [a = '10', b = '244', third = '0'] = cidr.split('.');
  for (let host = 2; host < 255; host += 1) {
    const address = `${a}.${b}.${third}.${String(host)}`;
    if (!load.addresses.has(address) && !load.worn.has(address)) return address;
  }
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
