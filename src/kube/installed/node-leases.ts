import { digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';
import { byName, installedObject } from './installed-object.js';

/** The kind leases are, as `GroupResource`. */
export const leases = { group: 'coordination.k8s.io', plural: 'leases' };
/** Where kubelets keep theirs. */
export const leasePlace = 'kube-node-lease';
const nodes = { group: '', plural: 'nodes' };
/** Seconds after which a kubelet that has not renewed its lease is missed. */
const duration = 40;

/** Has a cluster begin with a lease of every kubelet that reports, made when somebody first asks for a lease. */
export function offerNodeLeases(store: ObjectStore): void {
  store.offer(leases, (asked) =>
    asked
      .list(nodes)
      .filter(({ object }) => reports(object))
      .map(({ object }): StoredObject => installedObject(nodeLease(object, asked.now)))
      .sort(byName),
  );
}

/** Whether a node's kubelet is there and can be heard. */
export function reports(node: KubeObject): boolean {
  const ready = digArray(node, 'status', 'conditions').find((one) => digString(one, 'type') === 'Ready');
  return ['True', 'False'].includes(digString(ready, 'status'));
}

/**
 * A kubelet's lease, renewed just now.
 *
 * @param now Milliseconds since 1970.
 * @see kubernetes/kubernetes pkg/kubelet/kubelet.go, component-helpers/apimachinery/lease
 */
export function nodeLease({ metadata }: KubeObject, now: number): KubeObject {
  const { name, uid = '', creationTimestamp } = metadata;
  return {
    kind: 'Lease',
    apiVersion: 'coordination.k8s.io/v1',
    metadata: {
      name,
      namespace: leasePlace,
      ...(creationTimestamp !== undefined && { creationTimestamp }),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: duration,
      renewTime: new Date(now).toISOString().replace('Z', '000Z'),
    },
  };
}
