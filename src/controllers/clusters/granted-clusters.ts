import { digArray, digString } from '../../core/json.js';
import { annotation, label } from '../../core/kube-object.js';
import { grantedClustersAnnotation, userReferenceLabel } from '../../core/well-known-keys.js';
import type { WriteContext } from '../../registry/contract.js';
import type { ClusterState } from '../../state/world.js';
import { isDeleting, writeBack } from '../controller.js';

const iam = 'iam.kubesphere.io';

/**
 * Has users say whether somebody let them into a cluster.
 *
 * @param held The cluster; absent for one that leaves.
 * @see kubesphere/kubesphere pkg/controller/cluster/cluster_controller.go syncClusterMembers
 */
export function syncGrants(context: WriteContext, name: string, held?: ClusterState): void {
  const granted = held === undefined ? new Set<string>() : usersOf(held);
  const users = context.catalog.get(iam, 'users');
  for (const { object } of context.cluster.store.list(users)) {
    const known = (annotation(object, grantedClustersAnnotation) ?? '')
      .split(',')
      .filter((one) => one !== '');
    const isGranted = granted.has(object.metadata.name);
    if (known.includes(name) === isGranted || isDeleting(object)) continue;
    const clusters = isGranted ? [...known, name] : known.filter((one) => one !== name);
    const annotations = { ...object.metadata.annotations, [grantedClustersAnnotation]: clusters.join(',') };
    writeBack(context, users, { ...object, metadata: { ...object.metadata, annotations } });
  }
}

function usersOf({ store }: ClusterState): Set<string> {
  const bindings = store.list({ group: iam, plural: 'clusterrolebindings' });
  return new Set(
    bindings
      .filter(({ object }) => label(object, userReferenceLabel) !== undefined)
      .flatMap(({ object }) => digArray(object, 'subjects'))
      .filter((subject) => digString(subject, 'kind') === 'User')
      .map((subject) => digString(subject, 'name')),
  );
}
