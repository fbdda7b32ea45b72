import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';
import { isDeleting } from '../controller.js';
import { podIndex } from './pod-index.js';
import { isAbout, nodeFinder, valueAt, withLabelKeys } from './pod-neighbours.js';
import { isFinished } from './pods.js';
import { tolerates } from './tolerations.js';

const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const mild = 'PreferNoSchedule';
/** How much each sort of preference counts. @see kubernetes/kubernetes pkg/scheduler/apis/config/v1/default_plugins.go */
const weights = { taints: 3, nodes: 2, pods: 2, spread: 2 };

/** Whether a node is one of those a term is about. */
export function isNodeIn(term: Json, { metadata: { name, labels } }: KubeObject): boolean {
  return (
    selects({ matchExpressions: digArray(term, 'matchExpressions') }, labels) &&
    selects({ matchExpressions: digArray(term, 'matchFields') }, { 'metadata.name': name })
  );
}

function termsOf(pod: KubeObject, kind: string): readonly Json[] {
  return digArray(pod, 'spec', 'affinity', kind, preferred);
}

function wishesOf(pod: KubeObject): readonly Json[] {
  return digArray(pod, 'spec', 'topologySpreadConstraints').filter(
    (one) => digString(one, 'whenUnsatisfiable') === 'ScheduleAnyway',
  );
}

/** Whether a pod may like one node better than another. */
export function hasPreferences(pod: KubeObject, nodes: readonly StoredObject[]): boolean {
  const isChoosy = ['nodeAffinity', 'podAffinity', 'podAntiAffinity'].some(
    (kind) => termsOf(pod, kind).length > 0,
  );
  if (isChoosy || wishesOf(pod).length > 0) return true;
  return nodes.some(({ object }) =>
    digArray(object, 'spec', 'taints').some((taint) => digString(taint, 'effect') === mild),
  );
}

/** The node a pod likes best; of several the one with the fewest pods, then the first. */
export function mostLiked(
  store: ObjectStore,
  pod: KubeObject,
  nodes: readonly KubeObject[],
): KubeObject | undefined {
  const { byNode } = podIndex(store);
  const scores = [
    scaled(nodes, weights.taints, taintScore(pod)),
    scaled(nodes, weights.nodes, nodeScore(pod)),
    scaled(nodes, weights.pods, neighbourScore(store, pod)),
    scaled(nodes, weights.spread, spreadScore(store, pod, nodes)),
  ];
  const ranked = nodes.map((node, at) => ({
    node,
    score: scores.reduce((sum, one) => sum + (one[at] ?? 0), 0),
    pods: byNode.get(node.metadata.name)?.pods ?? 0,
  }));
  return ranked.sort((a, b) => b.score - a.score || a.pods - b.pods)[0]?.node;
}

type Score = (node: KubeObject) => number;

/** Scores between 0 and 100 times a weight; nothing where all nodes are alike. */
function scaled(nodes: readonly KubeObject[], weight: number, score: Score | undefined): readonly number[] {
  if (score === undefined) return [];
  const raw = nodes.map(score);
  const [least, most] = [Math.min(...raw), Math.max(...raw)];
  return most === least ? [] : raw.map((one) => (weight * 100 * (one - least)) / (most - least));
}

function weightOf(term: Json): number {
  const weight = dig(term, 'weight');
  return typeof weight === 'number' ? weight : 1;
}

function taintScore(pod: KubeObject): Score {
  const tolerations = digArray(pod, 'spec', 'tolerations');
  return (node) =>
    -digArray(node, 'spec', 'taints').filter(
      (taint) => digString(taint, 'effect') === mild && !tolerations.some((one) => tolerates(one, taint)),
    ).length;
}

function nodeScore(pod: KubeObject): Score | undefined {
  const terms = termsOf(pod, 'nodeAffinity');
  if (terms.length === 0) return undefined;
  return (node) =>
    terms.reduce(
      (sum: number, term) => sum + (isNodeIn(digObject(term, 'preference'), node) ? weightOf(term) : 0),
      0,
    );
}

/** How many pods it would rather be near, and how few it would rather be far from, by the weights of its terms. */
function neighbourScore(store: ObjectStore, pod: KubeObject): Score | undefined {
  const terms = [
    ...termsOf(pod, 'podAffinity').map((term) => ({ term, sign: 1 })),
    ...termsOf(pod, 'podAntiAffinity').map((term) => ({ term, sign: -1 })),
  ];
  if (terms.length === 0) return undefined;
  const nodeOf = nodeFinder(store);
  const others = [...podIndex(store).placed.values()].filter((other) => !isFinished(other));
  const worths = terms.map(({ term, sign }) => {
    const wanted = digObject(term, 'podAffinityTerm');
    const key = digString(wanted, 'topologyKey');
    const places = new Map<string, number>();
    for (const other of others) {
      if (!isAbout(store, wanted, pod, other)) continue;
      const value = valueAt(nodeOf(other), key);
      if (value !== undefined) places.set(value, (places.get(value) ?? 0) + sign * weightOf(term));
    }
    return { key, places };
  });
  return (node) =>
    worths.reduce((sum, { key, places }) => sum + (places.get(valueAt(node, key) ?? '') ?? 0), 0);
}

/** How few pods of its sort there are already, where it wishes to be spread. */
function spreadScore(store: ObjectStore, pod: KubeObject, nodes: readonly KubeObject[]): Score | undefined {
  const wishes = wishesOf(pod);
  if (wishes.length === 0) return undefined;
  const nodeOf = nodeFinder(store);
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  const peers =
    podIndex(store)
      .byNamespace.get(pod.metadata.namespace ?? '')
      ?.values() ?? [];
  const others = [...peers].filter(
    (other) => names.has(digString(other, 'spec', 'nodeName')) && !isFinished(other) && !isDeleting(other),
  );
  const counts = wishes.map((wish) => {
    const key = digString(wish, 'topologyKey');
    const selector = withLabelKeys(wish, pod);
    const places = new Map<string, number>();
    for (const other of others) {
      const value = valueAt(nodeOf(other), key);
      if (value !== undefined && selects(selector, other.metadata.labels))
        places.set(value, (places.get(value) ?? 0) + 1);
    }
    return { key, places };
  });
  // A node without the label is the last that is taken.
  return (node) =>
    -counts.reduce((sum, { key, places }) => {
      const value = valueAt(node, key);
      return sum + (value === undefined ? others.length + 1 : (places.get(value) ?? 0));
    }, 0);
}
