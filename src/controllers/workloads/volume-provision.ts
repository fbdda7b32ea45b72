import { dig, digArray, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import type { ObjectStore } from '../../state/object-store.js';
import { recordEvent } from './events.js';
import { byHand } from './pod-volumes.js';
import { sourceObstacle } from './volume-source.js';

/** The first Kubernetes that says what to look for when nobody makes a volume. */
const firstMinorWithAdvice = 28;
/** What was last said of a claim, by uid: looking again is no news. */
const said = new WeakMap<ObjectStore, Map<string, string>>();

/** Whether anything was said of a claim yet. */
export function isTold({ cluster }: WriteContext, { metadata }: KubeObject): boolean {
  return said.get(cluster.store)?.has(metadata.uid ?? '') === true;
}

/** Tells what keeps a claim from being bound, once. */
export function tellOfClaim(
  context: WriteContext,
  claim: KubeObject,
  reason: string,
  message: string,
  type: 'Normal' | 'Warning' = 'Normal',
  component = 'persistentvolume-controller',
): void {
  const { store } = context.cluster;
  let known = said.get(store);
  if (known === undefined) said.set(store, (known = new Map<string, string>()));
  const { uid = '' } = claim.metadata;
  if (known.get(uid) === message) return;
  known.set(uid, message);
  recordEvent(context, claim, { type, reason, message, component });
}

/** A new volume of a claim's class; `undefined` when there is no such class, or it makes none. */
export function provision(
  context: WriteContext,
  claim: KubeObject,
  storageClass: KubeObject | undefined,
): KubeObject | undefined {
  const className = digString(claim, 'spec', 'storageClassName');
  const provisioner = digString(storageClass, 'provisioner');
  if (storageClass === undefined && className !== '') {
    const message = `storageclass.storage.k8s.io ${JSON.stringify(className)} not found`;
    tellOfClaim(context, claim, 'ProvisioningFailed', message, 'Warning');
    return undefined;
  }
  if (storageClass === undefined || provisioner === byHand) {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    tellOfClaim(context, claim, 'FailedBinding', message);
    return undefined;
  }
  const obstacle = sourceObstacle(context, claim);
  if (obstacle !== undefined) {
    const message = `failed to provision volume with StorageClass ${JSON.stringify(className)}: ${obstacle}`;
    tellOfClaim(context, claim, 'ProvisioningFailed', message, 'Warning', provisioner);
    return undefined;
  }
  const { namespace = '', name: claimName, uid = '', resourceVersion = '' } = claim.metadata;
  tellOfWaiting(context, claim, provisioner);
  recordEvent(context, claim, {
    reason: 'Provisioning',
    message: `External provisioner is provisioning volume for claim "${namespace}/${claimName}"`,
    component: provisioner,
  });
  const name = `pvc-${uid}`;
  const { object } = createObject(context, context.catalog.get('', 'persistentvolumes'), {
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
    spec: {
      capacity: { storage: dig(claim, 'spec', 'resources', 'requests', 'storage') ?? '0' },
      ...sourceOf(provisioner, name),
      accessModes: digArray(claim, 'spec', 'accessModes'),
      claimRef: {
        kind: 'PersistentVolumeClaim',
        namespace,
        name: claimName,
        uid,
        apiVersion: 'v1',
        resourceVersion,
      },
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

/** @see kubernetes/kubernetes pkg/controller/volume/persistentvolume/pv_controller.go provisionClaimOperationExternal */
function tellOfWaiting(context: WriteContext, claim: KubeObject, provisioner: string): void {
  const isShort = minorOf(context.world.settings.kubernetesVersion) < firstMinorWithAdvice;
  const message = isShort
    ? `waiting for a volume to be created, either by external provisioner ${JSON.stringify(provisioner)} or manually created by system administrator`
    : `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  tellOfClaim(context, claim, 'ExternalProvisioning', message);
}

/**
 * Where a new volume is: with the driver that made it, or in a folder of its node where the provisioner is none, such as
 * `openebs.io/local`.
 */
function sourceOf(provisioner: string, name: string): JsonObject {
  if (!provisioner.includes('/')) return { csi: { driver: provisioner, volumeHandle: name } };
  const folder = provisioner.replace(/\.[a-z]+\//, '/');
  return { hostPath: { path: `/var/${folder}/${name}`, type: 'DirectoryOrCreate' } };
}
