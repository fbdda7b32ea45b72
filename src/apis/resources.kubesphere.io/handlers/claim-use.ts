import { digArray, digString } from '../../../core/json.js';
import { annotation } from '../../../core/kube-object.js';
import type { RequestContext } from '../../../registry/contract.js';
import type { Show } from '../../../registry/entity-reply.js';

const pods = { group: '', plural: 'pods' };
const snapshotClasses = { group: 'snapshot.storage.k8s.io', plural: 'volumesnapshotclasses' };
const provisionerKey = 'volume.beta.kubernetes.io/storage-provisioner';

/**
 * Up to 3.4 claims show whether a pod uses them and whether there is a class for snapshots of their provisioner, as
 * annotations.
 *
 * @see kubesphere/kubesphere pkg/models/resources/v1alpha3/persistentvolumeclaim
 */
export function withClaimUse({ cluster }: RequestContext): Show {
  const used = new Set<string>();
  for (const { object: pod } of cluster.store.list(pods)) {
    for (const volume of digArray(pod, 'spec', 'volumes')) {
      const claim = digString(volume, 'persistentVolumeClaim', 'claimName');
      if (claim !== '') used.add(`${pod.metadata.namespace ?? ''}/${claim}`);
    }
  }
  const drivers = new Set(
    cluster.store.list(snapshotClasses).map(({ object }) => digString(object, 'driver')),
  );
  return (claim) => {
    const provisioner = annotation(claim, provisionerKey) ?? '';
    const annotations = {
      ...claim.metadata.annotations,
      'kubesphere.io/allow-snapshot': String(provisioner !== '' && drivers.has(provisioner)),
      'kubesphere.io/in-use': String(used.has(`${claim.metadata.namespace ?? ''}/${claim.metadata.name}`)),
    };
    return { ...claim, metadata: { ...claim.metadata, annotations } };
  };
}
