import { digArray, digString } from '../../../core/json.js';
import { annotation } from '../../../core/kube-object.js';
import type { RequestContext } from '../../../registry/contract.js';
import type { Show } from '../../../registry/entity-reply.js';

const pods = { group: '', plural: 'pods' };
const storageClasses = { group: 'storage.k8s.io', plural: 'storageclasses' };

/**
 * Up to 3.4 claims show whether a pod uses them and whether snapshots are allowed, as annotations.
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
  return (claim) => {
    const className = digString(claim, 'spec', 'storageClassName');
    const storageClass = cluster.store.find(storageClasses, undefined, className)?.object;
    const allows =
      storageClass !== undefined && annotation(storageClass, 'storageclass.kubesphere.io/allow-snapshot');
    const annotations = {
      ...claim.metadata.annotations,
      'kubesphere.io/allow-snapshot': allows === 'true' ? 'true' : 'false',
      'kubesphere.io/in-use': String(used.has(`${claim.metadata.namespace ?? ''}/${claim.metadata.name}`)),
    };
    return { ...claim, metadata: { ...claim.metadata, annotations } };
  };
}
