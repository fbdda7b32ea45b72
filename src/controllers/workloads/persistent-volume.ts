import { dig, digObject, digString } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import { volumeInPhase } from '../../kube/defaults/volume.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, type QueuedController } from '../controller.js';
import { ownKey } from './pods.js';

const claims = { group: '', plural: 'persistentvolumeclaims' };
const volumes = { group: '', plural: 'persistentvolumes' };

/**
 * Says how volumes are: free, or released by a claim that is gone; those made for it are deleted then, unless they are to
 * be kept.
 *
 * @see kubernetes/kubernetes pkg/controller/volume/persistentvolume/pv_controller.go syncVolume
 */
export const persistentVolumeController: QueuedController = {
  name: 'persistentvolume',
  watches: ['persistentvolumes.', 'persistentvolumeclaims.'],
  keysOf: ({ cluster }, change) => {
    if (change.type !== 'DELETED')
      return change.resource.plural === 'persistentvolumes' ? [ownKey(change)] : [];
    if (change.resource.plural === 'persistentvolumes') return [];
    const { namespace, name, uid } = change.stored.object.metadata;
    return cluster.store
      .list(volumes)
      .filter(({ object }) => {
        const reference = digObject(object, 'spec', 'claimRef');
        const isNamed = reference['namespace'] === namespace && reference['name'] === name;
        return isNamed && (reference['uid'] === undefined || reference['uid'] === uid);
      })
      .map(({ object }) => ({ namespace: '', name: object.metadata.name }));
  },
  settle: (context, { name }) => {
    const { store } = context.cluster;
    const volume = store.find(volumes, undefined, name)?.object;
    if (volume === undefined) return;
    const setPhase = (phase: string): void => {
      if (digString(volume, 'status', 'phase') !== phase)
        store.replace(volumes, volumeInPhase(volume, phase, context));
    };
    const uid = digString(volume, 'spec', 'claimRef', 'uid');
    const claim = store.find(
      claims,
      digString(volume, 'spec', 'claimRef', 'namespace'),
      digString(volume, 'spec', 'claimRef', 'name'),
    )?.object;
    if (dig(volume, 'spec', 'claimRef') === undefined || (uid === '' && claim === undefined)) {
      setPhase('Available');
    } else if (uid !== '' && claim?.metadata.uid !== uid && wasBound(volume)) {
      setPhase('Released');
      if (isDeleting(volume)) return;
      const isDynamic = annotation(volume, 'pv.kubernetes.io/provisioned-by') !== undefined;
      if (isDynamic && digString(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete')
        deleteObject(context, context.catalog.get('', 'persistentvolumes'), { name });
    }
  },
};

/** Whether a volume was in use: worlds of plain files may name claims they do not hold. */
function wasBound(volume: KubeObject): boolean {
  return ['Bound', 'Released'].includes(digString(volume, 'status', 'phase'));
}
