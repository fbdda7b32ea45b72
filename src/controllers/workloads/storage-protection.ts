import { digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import {
  claimFinalizer,
  storageProtection,
  volumeFinalizer,
} from '../../kube/defaults/storage-protection.js';
import type { WriteContext } from '../../registry/contract.js';
import {
  hasFinalizer,
  isDeleting,
  withoutFinalizer,
  writeBack,
  type QueuedController,
} from '../controller.js';
import { podIndex } from './pod-index.js';
import { isFinished, ownKey } from './pods.js';

const claims = { group: '', plural: 'persistentvolumeclaims' };
const volumes = { group: '', plural: 'persistentvolumes' };

/**
 * Lets claims that are being deleted go once no pod uses them, and volumes once no claim does.
 *
 * @see kubernetes/kubernetes pkg/controller/volume/pvcprotection, pvprotection
 */
export const storageProtectionController: QueuedController = {
  name: storageProtection,
  watches: ['persistentvolumeclaims.', 'persistentvolumes.', 'pods.'],
  keysOf: (_context, change) => {
    if (change.resource.plural !== 'pods') return change.type === 'DELETED' ? [] : [ownKey(change)];
    const { object } = change.stored;
    if (change.type !== 'DELETED' && !isFinished(object)) return [];
    return claimsOf(object).map((name) => ({ namespace: object.metadata.namespace ?? '', name }));
  },
  settle: (context, { namespace, name }) => {
    const [resource, finalizer] = namespace === '' ? [volumes, volumeFinalizer] : [claims, claimFinalizer];
    const object = context.cluster.store.find(resource, namespace, name)?.object;
    if (object === undefined || !isDeleting(object) || !hasFinalizer(object, finalizer)) return;
    const isUsed =
      namespace === '' ? digString(object, 'status', 'phase') === 'Bound' : isMounted(context, object);
    if (isUsed) return;
    writeBack(
      context,
      context.catalog.get(resource.group, resource.plural),
      withoutFinalizer(object, finalizer),
    );
  },
};

/** Names of the claims a pod uses. */
export function claimsOf(pod: KubeObject): readonly string[] {
  return digArray(pod, 'spec', 'volumes')
    .map((volume) => digString(volume, 'persistentVolumeClaim', 'claimName'))
    .filter((name) => name !== '');
}

/** Whether a pod that has a node uses a claim. */
function isMounted({ cluster }: WriteContext, { metadata }: KubeObject): boolean {
  const pods =
    podIndex(cluster.store)
      .byNamespace.get(metadata.namespace ?? '')
      ?.values() ?? [];
  return [...pods].some(
    (pod) =>
      digString(pod, 'spec', 'nodeName') !== '' && !isFinished(pod) && claimsOf(pod).includes(metadata.name),
  );
}
