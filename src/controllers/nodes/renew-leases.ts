import { digObject } from '../../core/json.js';
import { leasePlace, leases, nodeLease, reports } from '../../kube/installed/node-leases.js';
import type { ClusterState } from '../../state/world.js';
import { nodeResource } from './node-condition.js';

/** Has kubelets renew their leases, where somebody looks at leases at all. @param now Milliseconds since 1970. */
export function renewLeases({ store }: ClusterState, names: Iterable<string>, now: number): void {
  if (store.offerOf(leases) !== 'taken') return;
  for (const name of names) {
    const node = store.find(nodeResource, undefined, name)?.object;
    if (node === undefined || !reports(node)) continue;
    const fresh = nodeLease(node, now);
    const known = store.find(leases, leasePlace, name)?.object;
    if (known === undefined) store.create(leases, fresh);
    else
      store.replace(leases, {
        ...known,
        spec: { ...digObject(known, 'spec'), ...digObject(fresh, 'spec') },
      });
  }
}
