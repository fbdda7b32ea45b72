import { digArray, digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import {
  addQuantities,
  formatQuantity,
  parseQuantity,
  zeroQuantity,
  type Quantity,
} from '../../../core/quantity.js';
import type { RequestContext } from '../../../registry/contract.js';
import type { Show } from '../../../registry/entity-reply.js';
import type { ObjectStore, StoredObject } from '../../../state/object-store.js';

const pods = { group: '', plural: 'pods' };
const ended = new Set(['Succeeded', 'Failed']);
const prefix = 'node.kubesphere.io/';
const measures = [
  ['cpu', 'requests'],
  ['cpu', 'limits'],
  ['memory', 'requests'],
  ['memory', 'limits'],
] as const;

/**
 * Up to 3.4 nodes show what their pods ask for, as annotations; with no pod in the cluster there are none.
 *
 * @param alone Reading one node counts ended pods too, a list does not.
 * @see kubesphere/kubesphere pkg/models/resources/v1alpha3/node/nodes.go
 */
export function withNodeRequests({ cluster }: RequestContext, alone: boolean): Show {
  const all = podsOf(cluster.store);
  const byNode = alone ? podsByNode(all, true) : runningByNode(all);
  return (node) => {
    if (all.length === 0) return node;
    const onNode = byNode.get(node.metadata.name) ?? [];
    const annotations = { ...node.metadata.annotations, ...requestsOf(node, onNode) };
    return { ...node, metadata: { ...node.metadata, annotations } };
  };
}

/** What {@link withNodeRequests} depends on besides the node. */
export function podsOf(store: ObjectStore): readonly StoredObject[] {
  return store.list(pods);
}

const running = new WeakMap<readonly StoredObject[], ReadonlyMap<string, readonly KubeObject[]>>();

function runningByNode(all: readonly StoredObject[]): ReadonlyMap<string, readonly KubeObject[]> {
  let byNode = running.get(all);
  if (byNode === undefined) running.set(all, (byNode = podsByNode(all, false)));
  return byNode;
}

function podsByNode(all: readonly StoredObject[], withEnded: boolean): Map<string, KubeObject[]> {
  const byNode = new Map<string, KubeObject[]>();
  for (const { object: pod } of all) {
    if (!withEnded && ended.has(digString(pod, 'status', 'phase'))) continue;
    const node = digString(pod, 'spec', 'nodeName');
    const known = byNode.get(node);
    if (known === undefined) byNode.set(node, [pod]);
    else known.push(pod);
  }
  return byNode;
}

function requestsOf(node: KubeObject, onNode: readonly KubeObject[]): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [resource, kind] of measures) {
    const total = onNode
      .flatMap((pod) => digArray(pod, 'spec', 'containers'))
      .map((container) => parseQuantity(digString(container, 'resources', kind, resource)) ?? zeroQuantity)
      .reduce(addQuantities, zeroQuantity);
    const allocatable = parseQuantity(digString(node, 'status', 'allocatable', resource)) ?? zeroQuantity;
    shown[`${prefix}${resource}-${kind}`] = formatQuantity(total);
    shown[`${prefix}${resource}-${kind}-fraction`] = percent(total, allocatable);
  }
  return shown;
}

function percent(part: Quantity, whole: Quantity): string {
  return whole.milli === 0n ? '0%' : `${String((part.milli * 100n) / whole.milli)}%`;
}
