import { dig, digString } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { defaultClassKey, snapshotClasses } from './snapshot-kinds.js';

const claims = { group: '', plural: 'persistentvolumeclaims' };
const volumes = { group: '', plural: 'persistentvolumes' };

/** Why a snapshot cannot be taken, and the step that found out. */
export interface Obstacle {
  readonly reason: string;
  readonly message: string;
}

/** Tells obstacles from objects. */
export function isObstacle(found: KubeObject | Obstacle): found is Obstacle {
  return !('metadata' in found);
}

/** The volume of the claim a snapshot is to be taken of. */
export function volumeOf({ cluster }: WriteContext, snapshot: KubeObject): KubeObject | Obstacle {
  const name = digString(snapshot, 'spec', 'source', 'persistentVolumeClaimName');
  const failed = (why: string): Obstacle => ({
    reason: 'SnapshotContentCreationFailed',
    message: `Failed to create snapshot content with error ${why}`,
  });
  const claim = cluster.store.find(claims, snapshot.metadata.namespace, name)?.object;
  if (claim === undefined) {
    const why = `persistentvolumeclaim ${JSON.stringify(name)} not found`;
    return failed(
      `snapshot controller failed to update ${snapshot.metadata.name} on API server: cannot get claim from snapshot: ${why}`,
    );
  }
  if (digString(claim, 'status', 'phase') !== 'Bound')
    return failed(`the PVC ${name} is not yet bound to a PV, will not attempt to take a snapshot`);
  const volumeName = digString(claim, 'spec', 'volumeName');
  const volume = cluster.store.find(volumes, undefined, volumeName)?.object;
  if (volume === undefined) return failed(`failed to retrieve PV ${volumeName} from the API server`);
  if (dig(volume, 'spec', 'csi') === undefined)
    return failed(`cannot find CSI PersistentVolumeSource for volume ${volumeName}`);
  return volume;
}

/** The class a snapshot names, or the default one of a driver. */
export function classFor(
  { cluster }: WriteContext,
  snapshot: KubeObject,
  driver: string,
): KubeObject | Obstacle {
  const name = digString(snapshot, 'spec', 'volumeSnapshotClassName');
  if (name !== '') {
    const found = cluster.store.find(snapshotClasses, undefined, name)?.object;
    if (found !== undefined) return found;
    const why = `volumesnapshotclass.snapshot.storage.k8s.io ${JSON.stringify(name)} not found`;
    return {
      reason: 'GetSnapshotClassFailed',
      message: `Failed to get snapshot class with error failed to retrieve snapshot class ${name} from the informer: ${JSON.stringify(why)}`,
    };
  }
  const defaults = cluster.store
    .list(snapshotClasses)
    .map(({ object }) => object)
    .filter((one) => annotation(one, defaultClassKey) === 'true' && digString(one, 'driver') === driver);
  const [only] = defaults;
  if (only !== undefined && defaults.length === 1) return only;
  const why =
    only === undefined
      ? 'cannot find default snapshot class'
      : `${String(defaults.length)} default snapshot classes were found`;
  return {
    reason: 'SetDefaultSnapshotClassFailed',
    message: `Failed to set default snapshot class with error ${why}`,
  };
}
