import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { ObjectStore } from '../../state/object-store.js';
import { isDeleting } from '../controller.js';
import { podIndex } from './pod-index.js';
import { isFinished } from './pods.js';

const nodes = { group: '', plural: 'nodes' };
const namespaces = { group: '', plural: 'namespaces' };
const required = 'requiredDuringSchedulingIgnoredDuringExecution';

/** Why a pod may not be on a node because of other pods; `undefined`: it may. */
export type NeighbourRule = (node: KubeObject) => string | undefined;

/** Uids of pods that are to be taken for gone. */
export type Without = ReadonlySet<string>;

const nobody: Without = new Set();

function isGone(pod: KubeObject, without: Without): boolean {
  return without.size > 0 && without.has(pod.metadata.uid ?? '');
}

/** Values of a topology key, with the number of pods there. */
type Places = ReadonlyMap<string, number>;

function termsOf(pod: Json, kind: 'podAffinity' | 'podAntiAffinity'): readonly Json[] {
  return digArray(pod, 'spec', 'affinity', kind, required);
}

/** Whether a term of a pod is about another pod. */
export function isAbout(store: ObjectStore, term: Json, owner: KubeObject, other: KubeObject): boolean {
  if (!selects(dig(term, 'labelSelector'), other.metadata.labels)) return false;
  const listed = digArray(term, 'namespaces');
  const selector = dig(term, 'namespaceSelector');
  const { namespace = '' } = other.metadata;
  if (listed.includes(namespace)) return true;
  if (selector === undefined) return listed.length === 0 && namespace === owner.metadata.namespace;
  return selects(selector, store.find(namespaces, undefined, namespace)?.object.metadata.labels);
}

/** What a node's label says; `undefined` when it has none. */
export function valueAt(node: KubeObject | undefined, key: string): string | undefined {
  const { labels = {} } = node?.metadata ?? {};
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Looks nodes of pods up once each. */
export function nodeFinder(store: ObjectStore): (pod: KubeObject) => KubeObject | undefined {
  const known = new Map<string, KubeObject | undefined>();
  return (pod) => {
    const name = digString(pod, 'spec', 'nodeName');
    if (!known.has(name)) known.set(name, store.find(nodes, undefined, name)?.object);
    return known.get(name);
  };
}

/**
 * The rules of required pod affinity and anti-affinity, those of pods that are there already included.
 *
 * @see kubernetes/kubernetes pkg/scheduler/framework/plugins/interpodaffinity/filtering.go
 */
export function affinityRule(
  store: ObjectStore,
  pod: KubeObject,
  without: Without = nobody,
): NeighbourRule | undefined {
  const [wanted, shunned] = [termsOf(pod, 'podAffinity'), termsOf(pod, 'podAntiAffinity')];
  const { placed, guarded } = podIndex(store);
  if (wanted.length + shunned.length + guarded.size === 0) return undefined;
  const nodeOf = nodeFinder(store);
  const placesOf = (
    term: Json,
    others: Iterable<KubeObject>,
    isMet: (other: KubeObject) => boolean,
  ): Places => {
    const key = digString(term, 'topologyKey');
    const found = new Map<string, number>();
    for (const other of others) {
      if (isFinished(other) || isGone(other, without) || !isMet(other)) continue;
      const value = valueAt(nodeOf(other), key);
      if (value !== undefined) found.set(value, (found.get(value) ?? 0) + 1);
    }
    return found;
  };
  const all = wanted.length + shunned.length > 0 ? [...placed.values()] : [];
  const near = wanted.map((term) => ({
    key: digString(term, 'topologyKey'),
    places: placesOf(term, all, (other) => wanted.every((each) => isAbout(store, each, pod, other))),
  }));
  // The first of a group that wants to be together has nobody to go to.
  const isFirst =
    near.every(({ places }) => places.size === 0) && wanted.every((term) => isAbout(store, term, pod, pod));
  const far = shunned.map((term) => ({
    key: digString(term, 'topologyKey'),
    places: placesOf(term, all, (other) => isAbout(store, term, pod, other)),
  }));
  const guards = [...guarded.values()].flatMap((other) =>
    termsOf(other, 'podAntiAffinity')
      .filter((term) => isAbout(store, term, other, pod))
      .map((term) => ({ key: digString(term, 'topologyKey'), places: placesOf(term, [other], () => true) })),
  );
  const isIn = (
    node: KubeObject,
    { key, places }: { readonly key: string; readonly places: Places },
  ): boolean => places.has(valueAt(node, key) ?? '');
  return (node) => {
    const isNear = near.every((one) => (isFirst ? valueAt(node, one.key) !== undefined : isIn(node, one)));
    if (!isNear) return "node(s) didn't match pod affinity rules";
    if (far.some((one) => isIn(node, one))) return "node(s) didn't match pod anti-affinity rules";
    if (guards.some((one) => isIn(node, one)))
      return "node(s) didn't satisfy existing pods anti-affinity rules";
    return undefined;
  };
}

/**
 * The rules of topology spread constraints that forbid.
 *
 * @param isMeant Whether node selector and node affinity of the pod allow a node.
 * @see kubernetes/kubernetes pkg/scheduler/framework/plugins/podtopologyspread/filtering.go
 */
export function spreadRule(
  store: ObjectStore,
  pod: KubeObject,
  isMeant: (node: KubeObject) => boolean,
  without: Without = nobody,
): NeighbourRule | undefined {
  const constraints = digArray(pod, 'spec', 'topologySpreadConstraints').filter(
    (one) => digString(one, 'whenUnsatisfiable') !== 'ScheduleAnyway',
  );
  if (constraints.length === 0) return undefined;
  const why = "node(s) didn't match pod topology spread constraints";
  const keys = constraints.map((one) => digString(one, 'topologyKey'));
  const meant = store
    .list(nodes)
    .map(({ object }) => object)
    .filter((node) => isMeant(node) && keys.every((key) => valueAt(node, key) !== undefined));
  const names = new Set(meant.map(({ metadata }) => metadata.name));
  const peers =
    podIndex(store)
      .byNamespace.get(pod.metadata.namespace ?? '')
      ?.values() ?? [];
  const others = [...peers].filter(
    (other) =>
      names.has(digString(other, 'spec', 'nodeName')) &&
      !isDeleting(other) &&
      !isFinished(other) &&
      !isGone(other, without),
  );
  const nodeOf = nodeFinder(store);
  const rules = constraints.map((constraint) => {
    const key = digString(constraint, 'topologyKey');
    const counts = new Map(meant.map((node) => [valueAt(node, key), 0]));
    const selector = withLabelKeys(constraint, pod);
    for (const other of others) {
      const value = valueAt(nodeOf(other), key);
      if (selects(selector, other.metadata.labels)) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const domains = dig(constraint, 'minDomains');
    const isShort = typeof domains === 'number' && counts.size < domains;
    const least = isShort ? 0 : Math.min(...counts.values());
    const self = selects(selector, pod.metadata.labels) ? 1 : 0;
    const skew = Number(dig(constraint, 'maxSkew') ?? 1);
    return (node: KubeObject): boolean => (counts.get(valueAt(node, key)) ?? 0) + self - least <= skew;
  });
  return (node) => {
    if (keys.some((key) => valueAt(node, key) === undefined)) return `${why} (missing required label)`;
    return rules.every((rule) => rule(node)) ? undefined : why;
  };
}

/** The label selector of a spread constraint, with the labels of the pod it adds. */
export function withLabelKeys(constraint: Json, pod: KubeObject): Json {
  const selector = digObject(constraint, 'labelSelector');
  const { labels = {} } = pod.metadata;
  const more = digArray(constraint, 'matchLabelKeys').flatMap((key): [string, string][] => {
    const value = typeof key === 'string' && Object.hasOwn(labels, key) ? labels[key] : undefined;
    return typeof key === 'string' && value !== undefined ? [[key, value]] : [];
  });
  if (dig(constraint, 'labelSelector') === undefined) return { matchExpressions: [{ operator: 'Nothing' }] };
  return { ...selector, matchLabels: { ...digObject(selector, 'matchLabels'), ...Object.fromEntries(more) } };
}

/** Whether a port of the node that a pod wants for itself is taken. */
export function portsRule(
  store: ObjectStore,
  pod: KubeObject,
  without: Without = nobody,
): NeighbourRule | undefined {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return undefined;
  const { onNode } = podIndex(store);
  return (node) => {
    const others = onNode.get(node.metadata.name)?.values() ?? [];
    const taken = [...others]
      .filter((other) => !isFinished(other) && !isGone(other, without))
      .flatMap(hostPorts);
    const isTaken = wanted.some((port) =>
      taken.some(
        (other) =>
          other.port === port.port &&
          other.protocol === port.protocol &&
          (other.ip === port.ip || other.ip === anyAddress || port.ip === anyAddress),
      ),
    );
    return isTaken ? "node(s) didn't have free ports for the requested pod ports" : undefined;
  };
}

const anyAddress = '0.0.0.0';

function hostPorts(
  pod: KubeObject,
): { readonly ip: string; readonly port: number; readonly protocol: string }[] {
  return digArray(pod, 'spec', 'containers').flatMap((container) =>
    digArray(container, 'ports').flatMap((one) => {
      const port = dig(one, 'hostPort');
      if (typeof port !== 'number' || port === 0) return [];
      const protocol = digString(one, 'protocol') || 'TCP';
      return [{ ip: digString(one, 'hostIP') || anyAddress, port, protocol }];
    }),
  );
}
