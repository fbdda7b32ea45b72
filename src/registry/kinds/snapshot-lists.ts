import { dig } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Filter, KindList } from './kind-list.js';

/** A member that has to be there and equal. */
function exactly(...path: readonly string[]): Filter {
  return (object, value) => dig(object, ...path) === value;
}

/**
 * A member that has to be equal in any case.
 *
 * Differs from KubeSphere: an object without the member does not match, where the real server panics.
 */
function inAnyCase(...path: readonly string[]): Filter {
  return (object, value) => {
    const found = dig(object, ...path);
    const isPlain = typeof found === 'string' || typeof found === 'boolean';
    return isPlain && String(found).toLowerCase() === value.toLowerCase();
  };
}

function isReady(snapshot: KubeObject): boolean {
  return dig(snapshot, 'status', 'readyToUse') === true;
}

/**
 * Lists of snapshots, by `plural.group`.
 *
 * @see kubesphere/kubesphere pkg/models/resources/v1alpha3/volumesnapshot, volumesnapshotclass, volumesnapshotcontent
 */
export const snapshotLists: Readonly<Record<string, KindList>> = {
  'volumesnapshots.snapshot.storage.k8s.io': {
    filters: {
      status: (snapshot, value) => value === (isReady(snapshot) ? 'ready' : 'creating'),
      volumeSnapshotClassName: exactly('spec', 'volumeSnapshotClassName'),
      persistentVolumeClaimName: exactly('spec', 'source', 'persistentVolumeClaimName'),
    },
  },
  'volumesnapshotclasses.snapshot.storage.k8s.io': {
    filters: {
      deletionPolicy: inAnyCase('deletionPolicy'),
      driver: inAnyCase('driver'),
    },
  },
  'volumesnapshotcontents.snapshot.storage.k8s.io': {
    filters: {
      volumeSnapshotClassName: inAnyCase('spec', 'volumeSnapshotClassName'),
      volumeSnapshotName: inAnyCase('spec', 'volumeSnapshotRef', 'name'),
      volumeSnapshotNamespace: inAnyCase('spec', 'volumeSnapshotRef', 'namespace'),
      readyToUse: inAnyCase('status', 'readyToUse'),
    },
  },
};
