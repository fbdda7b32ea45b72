import type { GroupResource } from '../../core/api-error.js';
import { dig, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting } from '../controller.js';

const group = 'snapshot.storage.k8s.io';

/** Snapshots of claims. */
export const snapshots: GroupResource = { group, plural: 'volumesnapshots' };
/** What a storage system holds for snapshots. */
export const snapshotContents: GroupResource = { group, plural: 'volumesnapshotcontents' };
/** How snapshots of a driver's volumes are taken. */
export const snapshotClasses: GroupResource = { group, plural: 'volumesnapshotclasses' };

/** What keeps a snapshot while its content is there. */
export const boundFinalizer = 'snapshot.storage.kubernetes.io/volumesnapshot-bound-protection';
/** What keeps a snapshot while claims are made of it. */
export const sourceFinalizer = 'snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection';
/** What keeps a content while its snapshot is there. */
export const contentFinalizer = 'snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection';
/** Annotation of the class for snapshots that name none. */
export const defaultClassKey = 'snapshot.storage.kubernetes.io/is-default-class';

/** Tells whether volumes can be made from a snapshot. */
export function isReady(snapshot: KubeObject): boolean {
  return dig(snapshot, 'status', 'readyToUse') === true;
}

/** Has snapshots of a StorageClass's volumes be taken by its provisioner, in a class of the same name. */
export function putSnapshotClass(context: WriteContext, storageClass: KubeObject): void {
  const { name } = storageClass.metadata;
  if (context.cluster.store.find(snapshotClasses, undefined, name) !== undefined) return;
  createObject(context, context.catalog.get(group, snapshotClasses.plural), {
    metadata: { name },
    driver: digString(storageClass, 'provisioner'),
    deletionPolicy: 'Delete',
  });
}

/** Deletes an object that has the name of a StorageClass which is gone. */
export function deleteNamesake(context: WriteContext, resource: GroupResource, name: string): void {
  const found = context.cluster.store.find(resource, undefined, name)?.object;
  if (found === undefined || isDeleting(found)) return;
  deleteObject(context, context.catalog.get(resource.group, resource.plural), { name });
}
