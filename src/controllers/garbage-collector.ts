import type { KubeObject } from '../core/kube-object.js';
import type { WriteContext } from '../registry/contract.js';
import { deleteObject } from '../registry/verbs/delete.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  keyOf,
  withoutFinalizer,
  writeBack,
  type Controller,
} from './controller.js';
import { dependentsOf } from './dependents.js';

const foreground = 'foregroundDeletion';
const orphan = 'orphan';
/** Kinds nothing ever hangs on, and of which objects come and go all the time. */
const neverOwners = new Set(['loginrecords', 'events']);

/**
 * Deletes what belonged to an object that is gone, and serves the two other ways to delete an owner: its dependents
 * first, or not at all.
 *
 * @see kubernetes/kubernetes pkg/controller/garbagecollector
 */
export const garbageCollector: Controller = {
  name: 'garbage-collector',
  watches: ['*'],
  reconcile: (context, change) => {
    if (neverOwners.has(change.resource.plural)) return;
    const owner = change.stored.object;
    if (change.type === 'DELETED') {
      deleteDependents(context, owner);
      settleForegroundOwners(context, owner);
      return;
    }
    const current = currentOf(context, change);
    if (current === undefined || !isDeleting(current)) return;
    const resource = context.catalog.byPlural(change.resource.group, change.resource.plural);
    if (resource === undefined) return;
    if (hasFinalizer(current, orphan)) {
      orphanDependents(context, current);
      writeBack(context, resource, withoutFinalizer(current, orphan));
    } else if (hasFinalizer(current, foreground)) {
      deleteDependents(context, current);
      if (dependentsOf(context.cluster.store, current).length === 0)
        writeBack(context, resource, withoutFinalizer(current, foreground));
    }
  },
};

function deleteDependents(context: WriteContext, owner: KubeObject): void {
  for (const {
    object,
    resource: { group, plural },
  } of dependentsOf(context.cluster.store, owner)) {
    const resource = context.catalog.byPlural(group, plural);
    if (resource === undefined || isDeleting(object)) continue;
    const others = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    if (others.length > 0) writeBack(context, resource, withOwners(object, others));
    else deleteObject(context, resource, keyOf(object));
  }
}

function orphanDependents(context: WriteContext, owner: KubeObject): void {
  for (const {
    object,
    resource: { group, plural },
  } of dependentsOf(context.cluster.store, owner)) {
    const resource = context.catalog.byPlural(group, plural);
    if (resource === undefined) continue;
    const others = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    writeBack(context, resource, withOwners(object, others));
  }
}

function withOwners(
  object: KubeObject,
  ownerReferences: KubeObject['metadata']['ownerReferences'] & object,
): KubeObject {
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

/** Lets an owner go that was waiting for its dependents, of which this was one. */
function settleForegroundOwners(context: WriteContext, gone: KubeObject): void {
  for (const reference of gone.metadata.ownerReferences ?? []) {
    const resource = context.catalog.byKind(reference.apiVersion, reference.kind);
    if (resource === undefined) continue;
    const namespace = resource.namespaced ? gone.metadata.namespace : undefined;
    const owner = context.cluster.store.find(resource, namespace, reference.name)?.object;
    if (owner === undefined || owner.metadata.uid !== reference.uid) continue;
    if (
      !isDeleting(owner) ||
      !hasFinalizer(owner, foreground) ||
      dependentsOf(context.cluster.store, owner).length > 0
    )
      continue;
    writeBack(context, resource, withoutFinalizer(owner, foreground));
  }
}
