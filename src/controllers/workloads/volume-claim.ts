import { dig, digArray, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { volumeInPhase } from '../../kube/defaults/volume.js';
import type { WriteContext } from '../../registry/contract.js';
import type { Change, StoredObject } from '../../state/object-store.js';
import { isDeleting, type QueuedController, type WorkKey } from '../controller.js';
import { nodeResource } from '../nodes/node-condition.js';
import { podIndex } from './pod-index.js';
import { isWithin } from './pod-volumes.js';
import { amount } from './pod-requests.js';
import { ownKey } from './pods.js';
import { claimsOf } from './storage-protection.js';
import { isMeantFor, volumeFor } from './volume-match.js';
import { isTold, provision, tellOfClaim } from './volume-provision.js';

const claims = { group: '', plural: 'persistentvolumeclaims' };
const volumes = { group: '', plural: 'persistentvolumes' };
const classes = { group: 'storage.k8s.io', plural: 'storageclasses' };

/**
 * Binds claims to volumes: those kept for them or that fit them, else ones made for them by their StorageClass; at once,
 * or when a pod first uses them.
 *
 * @see kubernetes/kubernetes pkg/controller/volume/persistentvolume/pv_controller.go syncUnboundClaim
 */
export const volumeClaimController: QueuedController = {
  name: 'persistentvolumeclaim',
  watches: [
    'persistentvolumeclaims.',
    'persistentvolumes.',
    'storageclasses.storage.k8s.io',
    'volumesnapshots.snapshot.storage.k8s.io',
    'pods.',
  ],
  keysOf: (context, change) => {
    if (change.resource.plural === 'persistentvolumeclaims')
      return [ownKey(change), ...clonesOf(context, change)];
    if (change.type === 'DELETED') return [];
    const { object } = change.stored;
    if (change.resource.plural !== 'pods') {
      const isTaken = digString(object, 'status', 'phase') === 'Bound';
      return isTaken ? [] : waiting(context);
    }
    if (digString(object, 'spec', 'nodeName') === '') return [];
    return claimsOf(object).map((name) => ({ namespace: object.metadata.namespace ?? '', name }));
  },
  settle: (context, { namespace, name }) => {
    const claim = context.cluster.store.find(claims, namespace, name)?.object;
    if (claim === undefined || isDeleting(claim)) return;
    if (digString(claim, 'status', 'phase') === 'Bound') grow(context, claim);
    else bind(context, claim);
  },
};

/** Claims that wait to be filled from one that is bound now. */
function clonesOf({ cluster }: WriteContext, { stored, previous }: Change): readonly WorkKey[] {
  const isBound = digString(stored.object, 'status', 'phase') === 'Bound';
  if (!isBound || digString(previous?.object, 'status', 'phase') === 'Bound') return [];
  const { namespace = '', name } = stored.object.metadata;
  return waitingOf(cluster.store.list(claims, namespace))
    .filter(({ object }) => {
      const source = dig(object, 'spec', 'dataSource') ?? dig(object, 'spec', 'dataSourceRef');
      return source !== undefined && digString(source, 'name') === name;
    })
    .map(keyFor);
}

/** Claims that have no volume yet. */
function waiting({ cluster }: WriteContext): readonly WorkKey[] {
  return waitingOf(cluster.store.list(claims)).map(keyFor);
}

function waitingOf(all: readonly StoredObject[]): readonly StoredObject[] {
  return all.filter(({ object }) => digString(object, 'status', 'phase') === 'Pending');
}

function keyFor({ object }: StoredObject): WorkKey {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

function bind(context: WriteContext, claim: KubeObject): void {
  const { store } = context.cluster;
  const named = digString(claim, 'spec', 'volumeName');
  if (named !== '') {
    const volume = store.find(volumes, undefined, named)?.object;
    if (volume === undefined) return;
    if (dig(volume, 'spec', 'claimRef') === undefined || isMeantFor(volume, claim))
      put(context, claim, volume);
    else {
      const message = `volume ${JSON.stringify(named)} already bound to a different claim.`;
      tellOfClaim(context, claim, 'FailedBinding', message, 'Warning');
    }
    return;
  }
  const storageClass = classOf(context, claim);
  const waits = digString(storageClass, 'volumeBindingMode') === 'WaitForFirstConsumer';
  const users = waits ? usersOf(context, claim) : [];
  const placed = users.find((pod) => digString(pod, 'spec', 'nodeName') !== '');
  if (waits) tellWhatItWaitsFor(context, claim, users, placed);
  if (waits && placed === undefined) return;
  const node = digString(placed, 'spec', 'nodeName');
  const user = node === '' ? undefined : store.find(nodeResource, undefined, node)?.object;
  const near = store
    .list(volumes)
    .map(({ object }) => object)
    .filter((volume) => user === undefined || isWithin(volume, user));
  const volume = volumeFor(claim, near) ?? provision(context, claim, storageClass);
  if (volume !== undefined) put(context, claim, volume, node);
}

/**
 * Has a volume grow with its claim where its class allows it.
 *
 * Differs from Kubernetes: at once, without conditions and Events that tell of it.
 *
 * @see kubernetes-csi/external-resizer pkg/controller/controller.go
 */
function grow(context: WriteContext, claim: KubeObject): void {
  const { store } = context.cluster;
  const storage = dig(claim, 'spec', 'resources', 'requests', 'storage');
  if (storage === undefined || amount(storage) <= amount(dig(claim, 'status', 'capacity', 'storage'))) return;
  if (dig(classOf(context, claim), 'allowVolumeExpansion') !== true) return;
  const volume = store.find(volumes, undefined, digString(claim, 'spec', 'volumeName'))?.object;
  if (volume === undefined) return;
  if (amount(dig(volume, 'spec', 'capacity', 'storage')) < amount(storage)) {
    const spec = digObject(volume, 'spec');
    const capacity = { ...digObject(spec, 'capacity'), storage };
    store.replace(volumes, { ...volume, spec: { ...spec, capacity } });
  }
  const status = digObject(claim, 'status');
  store.replace(claims, {
    ...claim,
    status: { ...status, capacity: { ...digObject(status, 'capacity'), storage } },
  });
}

function classOf({ cluster }: WriteContext, claim: KubeObject): KubeObject | undefined {
  const name = digString(claim, 'spec', 'storageClassName');
  return name === '' ? undefined : cluster.store.find(classes, undefined, name)?.object;
}

function usersOf({ cluster }: WriteContext, { metadata }: KubeObject): readonly KubeObject[] {
  const pods =
    podIndex(cluster.store)
      .byNamespace.get(metadata.namespace ?? '')
      ?.values() ?? [];
  return [...pods].filter((pod) => claimsOf(pod).includes(metadata.name));
}

/** Pods are placed before claims are looked at: of one that came with its claim, the claim still waited for it to come. */
function tellWhatItWaitsFor(
  context: WriteContext,
  claim: KubeObject,
  users: readonly KubeObject[],
  placed: KubeObject | undefined,
): void {
  if (placed !== undefined && isTold(context, claim)) return;
  const made = claim.metadata.creationTimestamp ?? '';
  const awaited = users
    .filter((pod) => placed === undefined || (pod.metadata.creationTimestamp ?? '') < made)
    .map(({ metadata }) => metadata.name);
  if (awaited.length === 0) {
    const message = 'waiting for first consumer to be created before binding';
    tellOfClaim(context, claim, 'WaitForFirstConsumer', message);
    return;
  }
  const whom = `${awaited.length > 1 ? 'pods' : 'pod'} ${awaited.join(',')}`;
  tellOfClaim(context, claim, 'WaitForPodScheduled', `waiting for ${whom} to be scheduled`);
}

/** Binds a claim and a volume to each other. @param node That the claim waited for; empty: none */
function put(context: WriteContext, claim: KubeObject, volume: KubeObject, node = ''): void {
  const { store } = context.cluster;
  const { namespace = '', name, uid = '', resourceVersion = '' } = claim.metadata;
  const byController = 'pv.kubernetes.io/bound-by-controller';
  const wasKept = dig(volume, 'spec', 'claimRef') !== undefined;
  const wasNamed = digString(claim, 'spec', 'volumeName') !== '';
  const claimRef = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
  const bound = volumeInPhase(volume, 'Bound', context);
  store.replace(volumes, {
    ...bound,
    metadata: {
      ...volume.metadata,
      ...(!wasKept && { annotations: { ...volume.metadata.annotations, [byController]: 'yes' } }),
    },
    spec: { ...digObject(volume, 'spec'), claimRef },
  });
  const provisioner = volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'];
  store.replace(claims, {
    ...claim,
    metadata: {
      ...claim.metadata,
      annotations: {
        ...claim.metadata.annotations,
        'pv.kubernetes.io/bind-completed': 'yes',
        ...(!wasNamed && { [byController]: 'yes' }),
        ...(provisioner !== undefined && {
          'volume.beta.kubernetes.io/storage-provisioner': provisioner,
          'volume.kubernetes.io/storage-provisioner': provisioner,
        }),
        ...(node !== '' && { 'volume.kubernetes.io/selected-node': node }),
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
