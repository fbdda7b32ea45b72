import type { GroupResource } from '../core/api-error.js';
import type { KubeObject, OwnerReference } from '../core/kube-object.js';
import { sameJson } from '../core/same-json.js';
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
  type QueuedController,
} from './controller.js';
import { dependentsOf, eachDependent, hasDependents, type Dependent } from './dependents.js';
import { recordEvent } from './workloads/events.js';
import type { Change, ObjectStore } from '../state/object-store.js';

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
    if (current === undefined) return;
    if (!isDeleting(current)) {
      if (hasNewOwners(change)) dropAbsentOwners(context, change.resource, current);
      return;
    }
    const resource = context.catalog.byPlural(change.resource.group, change.resource.plural);
    if (resource === undefined) return;
    if (hasFinalizer(current, orphan)) {
      orphanDependents(context, current);
      writeBack(context, resource, withoutFinalizer(current, orphan));
    } else if (hasFinalizer(current, foreground)) {
      deleteDependents(context, current);
      if (!hasDependents(context.cluster.store, current))
        writeBack(context, resource, withoutFinalizer(current, foreground));
    }
  },
};

/** Owners that have more dependents than are deleted at once, by uid. */
const backlogs = new WeakMap<ObjectStore, Map<string, KubeObject>>();
/** How many dependents are deleted before somebody else has a turn. */
const atOnce = 100;
/** Has a write go on to a thousand of them before the rest has turns of its own. */
const backlogWeight = 400;

/**
 * Goes on where {@link garbageCollector} has to stop: the dependents of an owner with very many are deleted bit by bit.
 */
export const garbageBacklog: QueuedController = {
  name: garbageCollector.name,
  watches: garbageCollector.watches,
  weight: backlogWeight,
  keysOf: ({ cluster }, { stored }) => {
    const backlog = backlogs.get(cluster.store);
    if (backlog === undefined || backlog.size === 0) return [];
    const { uid = '', ownerReferences = [] } = stored.object.metadata;
    return [uid, ...ownerReferences.map((one) => one.uid)]
      .filter((one) => backlog.has(one))
      .map((name) => ({ namespace: '', name }));
  },
  settle: (context, { name: uid }) => {
    const backlog = backlogs.get(context.cluster.store);
    const owner = backlog?.get(uid);
    backlog?.delete(uid);
    if (owner !== undefined) deleteDependents(context, owner);
  },
};

/** Some dependents that are not on their way out yet, and whether there are more. */
function someOf({ cluster }: WriteContext, owner: KubeObject): { some: Dependent[]; isAll: boolean } {
  const some: Dependent[] = [];
  for (const dependent of eachDependent(cluster.store, owner)) {
    if (isDeleting(dependent.object)) continue;
    if (some.length === atOnce) return { some, isAll: false };
    some.push(dependent);
  }
  return { some, isAll: true };
}

function deleteDependents(context: WriteContext, owner: KubeObject): void {
  const { some, isAll } = someOf(context, owner);
  if (!isAll) {
    const { store } = context.cluster;
    const backlog = backlogs.get(store) ?? new Map<string, KubeObject>();
    backlogs.set(store, backlog.set(owner.metadata.uid ?? '', owner));
  }
  for (const {
    object,
    resource: { group, plural },
  } of some) {
    const resource = context.catalog.byPlural(group, plural);
    if (resource === undefined) continue;
    const others = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    const present = others.filter((reference) => isPresent(context, object, reference));
    if (present.length > 0) writeBack(context, resource, withOwners(object, present));
    else deleteObject(context, resource, keyOf(object));
  }
}

function hasNewOwners({ stored, previous }: Change): boolean {
  const { ownerReferences } = stored.object.metadata;
  return (
    ownerReferences !== undefined && !sameJson(ownerReferences, previous?.object.metadata.ownerReferences)
  );
}

/** Deletes an object of whose owners none is there; of several, the references to absent ones go. */
function dropAbsentOwners(context: WriteContext, { group, plural }: GroupResource, object: KubeObject): void {
  const owners = object.metadata.ownerReferences ?? [];
  const present = owners.filter((reference) => isPresent(context, object, reference));
  const resource = context.catalog.byPlural(group, plural);
  if (resource === undefined || present.length === owners.length) return;
  for (const reference of owners) warnOfReach(context, object, reference);
  if (present.length > 0) writeBack(context, resource, withOwners(object, present));
  else deleteObject(context, resource, keyOf(object), { propagation: 'Background' });
}

/** Whether an owner is there, or nobody can tell: its kind is unknown, or has a namespace and the object has none. */
function isPresent(
  { catalog, cluster }: WriteContext,
  { metadata }: KubeObject,
  owner: OwnerReference,
): boolean {
  const resource = catalog.byKind(owner.apiVersion, owner.kind);
  if (resource === undefined || (resource.namespaced && metadata.namespace === undefined)) return true;
  const namespace = resource.namespaced ? metadata.namespace : undefined;
  return cluster.store.find(resource, namespace, owner.name)?.object.metadata.uid === owner.uid;
}

/** Tells of an owner that is there, and in another namespace than what names it. */
function warnOfReach(context: WriteContext, object: KubeObject, owner: OwnerReference): void {
  const { catalog, cluster } = context;
  const resource = catalog.byKind(owner.apiVersion, owner.kind);
  const { namespace = '' } = object.metadata;
  if (resource?.namespaced !== true || isPresent(context, object, owner)) return;
  const isElsewhere = cluster.store
    .list(resource)
    .some(({ object: { metadata } }) => metadata.uid === owner.uid && metadata.namespace !== namespace);
  if (!isElsewhere) return;
  const { apiVersion, kind, name, uid } = owner;
  recordEvent(context, object, {
    type: 'Warning',
    reason: 'OwnerRefInvalidNamespace',
    message: `ownerRef [${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}] does not exist in namespace ${JSON.stringify(namespace)}`,
    component: 'garbage-collector-controller',
  });
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
    if (!isDeleting(owner) || !hasFinalizer(owner, foreground) || hasDependents(context.cluster.store, owner))
      continue;
    writeBack(context, resource, withoutFinalizer(owner, foreground));
  }
}
