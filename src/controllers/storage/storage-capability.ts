import { dig, digObject, digString, type JsonObject } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import type { Change } from '../../state/object-store.js';
import { isDeleting, writeBack, type QueuedController, type WorkKey } from '../controller.js';
import { deleteNamesake, putSnapshotClass, snapshotClasses } from './snapshot-kinds.js';

const storageClasses = { group: 'storage.k8s.io', plural: 'storageclasses' };
const drivers = { group: 'storage.k8s.io', plural: 'csidrivers' };
const claims = { group: '', plural: 'persistentvolumeclaims' };
const provisioners = { group: 'storage.kubesphere.io', plural: 'provisionercapabilities' };
const capabilities = { group: 'storage.kubesphere.io', plural: 'storageclasscapabilities' };

const supportsSnapshot = 'storageclass.kubesphere.io/support-snapshot';
const allowsSnapshot = 'storageclass.kubesphere.io/allow-snapshot';
const allowsClone = 'storageclass.kubesphere.io/allow-clone';
const countKey = 'kubesphere.io/pvc-count';
/** What Go reads as a truth value. */
const truth = /^(?:1|t|T|TRUE|true|True)$/;
const untruth = /^(?:0|f|F|FALSE|false|False)$/;

/**
 * Tells what StorageClasses can do: up to 3.1 as their ProvisionerCapability says, in a StorageClassCapability beside
 * them, later by whether there is a CSI driver; in 4.1 also how many claims they have. Where snapshots can be taken there
 * is a VolumeSnapshotClass, up to 3.4.
 *
 * @see kubesphere/kubesphere pkg/controller/storage/capability, pkg/controller/storage/snapshotclass
 */
export const storageCapabilityController: QueuedController = {
  name: 'storage-capability',
  since: 'v3.0',
  watches: [
    'storageclasses.storage.k8s.io',
    'csidrivers.storage.k8s.io',
    'persistentvolumeclaims.',
    'provisionercapabilities.storage.kubesphere.io',
  ],
  keysOf: (context, change) => classesOf(context, change),
  settle: (context, { name }) => {
    const release = context.world.release.name;
    const hasSnapshots = inRange(release, { until: 'v3.4' });
    const isOld = inRange(release, { until: 'v3.1' });
    const storageClass = context.cluster.store.find(storageClasses, undefined, name)?.object;
    if (storageClass === undefined) {
      if (hasSnapshots) deleteNamesake(context, snapshotClasses, name);
      if (isOld) deleteNamesake(context, capabilities, name);
    } else if (isDeleting(storageClass)) return;
    else if (isOld) tellByProvisioner(context, storageClass);
    else {
      const told = tellByDriver(context, storageClass);
      if (hasSnapshots && truth.test(annotation(told, allowsSnapshot) ?? '')) putSnapshotClass(context, told);
    }
  },
};

function classesOf({ cluster, world }: WriteContext, { type, resource, stored }: Change): WorkKey[] {
  const { object } = stored;
  const release = world.release.name;
  if (resource.plural === 'storageclasses') return [{ namespace: '', name: object.metadata.name }];
  if (resource.plural === 'persistentvolumeclaims') {
    const isCounted = inRange(release, { since: 'v4.1' }) && type !== 'MODIFIED';
    return isCounted ? [{ namespace: '', name: classNameOf(object) }] : [];
  }
  const isOld = inRange(release, { until: 'v3.1' });
  // Without its provisioner's a class keeps the capability it has.
  if (isOld !== (resource.plural === 'provisionercapabilities') || (isOld && type === 'DELETED')) return [];
  const { name } = object.metadata;
  return cluster.store
    .list(storageClasses)
    .filter((one) => {
      const provisioner = digString(one.object, 'provisioner');
      return (isOld ? capabilityName(provisioner) : provisioner) === name;
    })
    .map((one) => ({ namespace: '', name: one.object.metadata.name }));
}

function classNameOf(claim: KubeObject): string {
  const given = dig(claim, 'spec', 'storageClassName');
  if (typeof given === 'string') return given;
  return annotation(claim, 'volume.beta.kubernetes.io/storage-class') ?? '';
}

function capabilityName(provisioner: string): string {
  return provisioner.replaceAll(/[./]/g, '-');
}

function tellByProvisioner(context: WriteContext, storageClass: KubeObject): void {
  const { store } = context.cluster;
  const provisioner = digString(storageClass, 'provisioner');
  const known = store.find(provisioners, undefined, capabilityName(provisioner))?.object;
  const features = digObject(known, 'spec', 'features');
  const takesSnapshots = dig(features, 'snapshot', 'create') === true;
  if (takesSnapshots) putSnapshotClass(context, storageClass);
  const text = annotation(storageClass, supportsSnapshot) ?? '';
  if (!(takesSnapshots ? truth : untruth).test(text))
    annotate(context, storageClass, { [supportsSnapshot]: String(takesSnapshots) });
  if (known !== undefined) putCapability(context, storageClass, completed(features, storageClass));
}

/** Every feature, as Go writes it. */
function completed(features: JsonObject, storageClass: KubeObject): JsonObject {
  const is = (...path: readonly string[]): boolean => dig(features, ...path) === true;
  const volume = ['create', 'attach', 'list', 'clone', 'stats'].map((name) => [name, is('volume', name)]);
  const canGrow = dig(storageClass, 'allowVolumeExpansion') === true;
  const expandMode = canGrow ? digString(features, 'volume', 'expandMode') : 'UNKNOWN';
  return {
    topology: is('topology'),
    volume: { ...(Object.fromEntries(volume) as JsonObject), expandMode },
    snapshot: { create: is('snapshot', 'create'), list: is('snapshot', 'list') },
  };
}

function putCapability(context: WriteContext, storageClass: KubeObject, features: JsonObject): void {
  const { name } = storageClass.metadata;
  const spec = { provisioner: digString(storageClass, 'provisioner'), features };
  const resource = context.catalog.get(capabilities.group, capabilities.plural);
  const known = context.cluster.store.find(capabilities, undefined, name)?.object;
  if (known === undefined) createObject(context, resource, { metadata: { name }, spec });
  else if (!sameJson(known['spec'], spec)) writeBack(context, resource, { ...known, spec });
}

/** Annotates a class; what somebody has said already stays. @returns the class as it is then */
function tellByDriver(context: WriteContext, storageClass: KubeObject): KubeObject {
  const { store } = context.cluster;
  const provisioner = digString(storageClass, 'provisioner');
  const hasDriver = provisioner !== '' && store.find(drivers, undefined, provisioner) !== undefined;
  const count = (): string => {
    const { name } = storageClass.metadata;
    return String(store.list(claims).filter(({ object }) => classNameOf(object) === name).length);
  };
  const said = (key: string): string | undefined => {
    const text = annotation(storageClass, key) ?? '';
    if (!hasDriver) return undefined;
    return truth.test(text) || untruth.test(text) ? text : 'true';
  };
  return annotate(context, storageClass, {
    [allowsSnapshot]: said(allowsSnapshot),
    [allowsClone]: said(allowsClone),
    ...(inRange(context.world.release.name, { since: 'v4.1' }) && { [countKey]: count() }),
  });
}

/** Sets annotations of a class, or takes them away. */
function annotate(
  context: WriteContext,
  storageClass: KubeObject,
  changes: Readonly<Record<string, string | undefined>>,
): KubeObject {
  const before = storageClass.metadata.annotations ?? {};
  if (Object.entries(changes).every(([key, value]) => before[key] === value)) return storageClass;
  const entries = Object.entries({ ...before, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const resource = context.catalog.get(storageClasses.group, storageClasses.plural);
  const { annotations: _before, ...metadata } = storageClass.metadata;
  return writeBack(context, resource, {
    ...storageClass,
    metadata: { ...metadata, ...(entries.length > 0 && { annotations: Object.fromEntries(entries) }) },
  }).object;
}
