import { digArray, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ObjectStore } from '../../state/object-store.js';
import { storeIndex } from '../store-index.js';
import { priorityOf, requestsOf } from './pod-requests.js';
import { isFinished } from './pods.js';

/** What runs on a node. */
export interface NodeLoad {
  pods: number;
  /** What the pods ask for together, by resource, in thousandths of its unit. */
  readonly asked: Map<string, number>;
  readonly addresses: Set<string>;
  /** Those of pods that are finished, which still show them. */
  readonly worn: Set<string>;
}

const nothing: ReadonlyMap<string, KubeObject> = new Map();

/** The pods that were given to a node, finished ones included. */
export function podsOn(store: ObjectStore, node: string): readonly KubeObject[] {
  return [...(podIndex(store).onNode.get(node) ?? nothing).values()];
}

/** Where the pods of a cluster are. */
export interface PodIndex {
  /** By namespace, then by name. */
  readonly byNamespace: Map<string, Map<string, KubeObject>>;
  readonly byNode: Map<string, NodeLoad>;
  /** By node, then by namespace and name. */
  readonly onNode: Map<string, Map<string, KubeObject>>;
  /** Pods that have a node. */
  readonly placed: Map<string, KubeObject>;
  /** Those of them whose containers are not all started. */
  readonly starting: Map<string, KubeObject>;
  /** How many of them have which priority. */
  readonly priorities: Map<number, number>;
  /** Those of them that keep other pods away. */
  readonly guarded: Map<string, KubeObject>;
  /** Pods no node was found for. */
  readonly unplaced: Map<string, KubeObject>;
  /** Those of them that have been promised a place on one. */
  readonly nominated: Map<string, KubeObject>;
  /** Those of them that want to be near others. */
  readonly sociable: Map<string, KubeObject>;
}

/** The index of a cluster's pods. */
export const podIndex: (store: ObjectStore) => PodIndex = storeIndex<PodIndex>({
  of: ['pods.'],
  make: () => ({
    byNamespace: new Map(),
    byNode: new Map(),
    onNode: new Map(),
    placed: new Map(),
    starting: new Map(),
    priorities: new Map(),
    guarded: new Map(),
    unplaced: new Map(),
    nominated: new Map(),
    sociable: new Map(),
  }),
  add: (index, pod) => {
    const { namespace = '', name } = pod.metadata;
    const peers = index.byNamespace.get(namespace);
    if (peers === undefined) index.byNamespace.set(namespace, new Map([[name, pod]]));
    else peers.set(name, pod);
    count(index, pod, 1);
  },
  remove: (index, pod) => {
    const { namespace = '', name } = pod.metadata;
    index.byNamespace.get(namespace)?.delete(name);
    count(index, pod, -1);
  },
});

const keptApart = 'requiredDuringSchedulingIgnoredDuringExecution';

function unplacedIn(index: PodIndex, pod: KubeObject): readonly Map<string, KubeObject>[] {
  const { unplaced, nominated, sociable } = index;
  const isNominated = digString(pod, 'status', 'nominatedNodeName') !== '';
  const isSociable = Object.keys(digObject(pod, 'spec', 'affinity', 'podAffinity')).length > 0;
  return [unplaced, ...(isNominated ? [nominated] : []), ...(isSociable ? [sociable] : [])];
}

function count(index: PodIndex, pod: KubeObject, by: 1 | -1): void {
  const node = digString(pod, 'spec', 'nodeName');
  const key = `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
  if (node === '') {
    for (const pods of unplacedIn(index, pod)) {
      if (by === 1) pods.set(key, pod);
      else pods.delete(key);
    }
    return;
  }
  const guards = digArray(pod, 'spec', 'affinity', 'podAntiAffinity', keptApart).length > 0;
  for (const pods of guards ? [index.placed, index.guarded] : [index.placed]) {
    if (by === 1) pods.set(key, pod);
    else pods.delete(key);
  }
  if (digString(pod, 'status', 'phase') === 'Pending') {
    if (by === 1) index.starting.set(key, pod);
    else index.starting.delete(key);
  }
  const priority = priorityOf(pod);
  const alike = (index.priorities.get(priority) ?? 0) + by;
  if (alike > 0) index.priorities.set(priority, alike);
  else index.priorities.delete(priority);
  const peers = index.onNode.get(node);
  if (by === -1) peers?.delete(key);
  else if (peers === undefined) index.onNode.set(node, new Map([[key, pod]]));
  else peers.set(key, pod);
  let load = index.byNode.get(node);
  if (load === undefined)
    index.byNode.set(node, (load = { pods: 0, asked: new Map(), addresses: new Set(), worn: new Set() }));
  const address = digString(pod, 'status', 'podIP');
  if (isFinished(pod)) {
    if (by === 1) load.worn.add(address);
    else load.worn.delete(address);
    return;
  }
  load.pods += by;
  for (const [name, value] of requestsOf(pod)) load.asked.set(name, (load.asked.get(name) ?? 0) + by * value);
  if (by === 1) load.addresses.add(address);
  else load.addresses.delete(address);
}
