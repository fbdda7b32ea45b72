import { dig, digArray, digObject, digString } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, type QueuedController } from '../controller.js';
import { recordEvent } from './events.js';
import { podIndex } from './pod-index.js';
import { ownKey } from './pods.js';

const claims = { group: '', plural: 'persistentvolumeclaims' };
const volumes = { group: '', plural: 'persistentvolumes' };
const classes = { group: 'storage.k8s.io', plural: 'storageclasses' };

/**
 * Binds claims to volumes made for them by their StorageClass, at once or when a pod first uses them, and gives the
 * volumes up with the claims.
 *
 * Differs from Kubernetes: volumes made by hand are only bound to claims that name them, and claims in use may go.
 *
 * @see kubernetes/kubernetes pkg/controller/volume/persistentvolume
 */
export const volumeClaimController: QueuedController = {
  name: 'persistentvolumeclaim',
  watches: ['persistentvolumeclaims.', 'pods.'],
  keysOf: (_context, change) => {
    if (change.resource.plural !== 'pods') return [ownKey(change)];
    const { object } = change.stored;
    if (change.type === 'DELETED' || digString(object, 'spec', 'nodeName') === '') return [];
    return digArray(object, 'spec', 'volumes')
      .map((volume) => digString(volume, 'persistentVolumeClaim', 'claimName'))
      .filter((name) => name !== '')
      .map((name) => ({ namespace: object.metadata.namespace ?? '', name }));
  },
  settle: (context, { namespace, name }) => {
    const claim = context.cluster.store.find(claims, namespace, name)?.object;
    if (claim === undefined) release(context, namespace, name);
    else if (!isDeleting(claim) && digString(claim, 'status', 'phase') !== 'Bound') bind(context, claim);
  },
};

function bind(context: WriteContext, claim: KubeObject): void {
  const { store } = context.cluster;
  const named = digString(claim, 'spec', 'volumeName');
  const given = named === '' ? undefined : store.find(volumes, undefined, named)?.object;
  if (named !== '' && given === undefined) return;
  const volume = given ?? provision(context, claim);
  if (volume === undefined) return;
  const { namespace = '', name, uid = '', resourceVersion = '' } = claim.metadata;
  const claimRef = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
  store.replace(volumes, {
    ...volume,
    spec: { ...digObject(volume, 'spec'), claimRef },
    status: { phase: 'Bound' },
  });
  store.replace(claims, {
    ...claim,
    metadata: {
      ...claim.metadata,
      annotations: {
        ...claim.metadata.annotations,
        'pv.kubernetes.io/bind-completed': 'yes',
        'pv.kubernetes.io/bound-by-controller': 'yes',
      },
    },
    spec: { ...digObject(claim, 'spec'), volumeName: volume.metadata.name },
    status: {
      phase: 'Bound',
      accessModes: digArray(volume, 'spec', 'accessModes'),
      capacity: digObject(volume, 'spec', 'capacity'),
    },
  });
}

/** A new volume of the claim's class; `undefined` when there is no class or it waits for a pod. */
function provision(context: WriteContext, claim: KubeObject): KubeObject | undefined {
  const { store } = context.cluster;
  const className = digString(claim, 'spec', 'storageClassName');
  const storageClass = className === '' ? undefined : store.find(classes, undefined, className)?.object;
  if (storageClass === undefined) return undefined;
  const waits = digString(storageClass, 'volumeBindingMode') === 'WaitForFirstConsumer';
  if (waits && !isUsed(context, claim)) return undefined;
  const provisioner = digString(storageClass, 'provisioner');
  const name = `pvc-${claim.metadata.uid ?? ''}`;
  const { object } = createObject(context, context.catalog.get('', 'persistentvolumes'), {
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
    spec: {
      capacity: { storage: dig(claim, 'spec', 'resources', 'requests', 'storage') ?? '0' },
      csi: { driver: provisioner, volumeHandle: name },
      accessModes: digArray(claim, 'spec', 'accessModes'),
      persistentVolumeReclaimPolicy: digString(storageClass, 'reclaimPolicy') || 'Delete',
      storageClassName: className,
      volumeMode: digString(claim, 'spec', 'volumeMode') || 'Filesystem',
    },
  });
  recordEvent(context, claim, {
    reason: 'ProvisioningSucceeded',
    message: `Successfully provisioned volume ${name}`,
    component: provisioner,
  });
  return object;
}

function isUsed({ cluster }: WriteContext, { metadata }: KubeObject): boolean {
  const pods =
    podIndex(cluster.store)
      .byNamespace.get(metadata.namespace ?? '')
      ?.values() ?? [];
  return [...pods].some(
    (pod) =>
      digString(pod, 'spec', 'nodeName') !== '' &&
      digArray(pod, 'spec', 'volumes').some(
        (volume) => digString(volume, 'persistentVolumeClaim', 'claimName') === metadata.name,
      ),
  );
}

/** Deletes the volume of a claim that is gone, or marks it as free for its keeper to look at. */
function release(context: WriteContext, namespace: string, name: string): void {
  const { store } = context.cluster;
  for (const { object } of store.list(volumes)) {
    const owner = digObject(object, 'spec', 'claimRef');
    if (owner['namespace'] !== namespace || owner['name'] !== name || isDeleting(object)) continue;
    const isDynamic = annotation(object, 'pv.kubernetes.io/provisioned-by') !== undefined;
    if (isDynamic && digString(object, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete') {
      deleteObject(context, context.catalog.get('', 'persistentvolumes'), { name: object.metadata.name });
    } else if (digString(object, 'status', 'phase') !== 'Released') {
      store.replace(volumes, { ...object, status: { phase: 'Released' } });
    }
  }
}
