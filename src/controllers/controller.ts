import { label, type KubeObject } from '../core/kube-object.js';
import type { ReleaseRange } from '../core/release.js';
import { kindsIn } from '../kube/custom-resources/cluster-catalog.js';
import type { KindCatalog, Resource, WriteContext } from '../registry/contract.js';
import { deleteObject } from '../registry/verbs/delete.js';
import { updateObject } from '../registry/verbs/update.js';
import type { Change, StoredObject } from '../state/object-store.js';
import type { ClusterState, World } from '../state/world.js';

/** Something that brings the world in line after a change, as one loop of KubeSphere's or Kubernetes' controllers does. */
export interface Controller extends ReleaseRange {
  /** As it appears in messages. */
  readonly name: string;
  /** Kinds it is told about, as `plural.group` (`namespaces.` for the core group). */
  readonly watches: readonly string[];
  /** True when it runs only where KubeSphere itself runs. */
  readonly hostOnly?: boolean;
  /**
   * Looks at the state now, not at the change alone, and does what is missing. Must do nothing when nothing is:
   * it is called again after each of its own writes.
   */
  readonly reconcile: (context: WriteContext, change: Change) => void;
}

/** What a queued controller works on: an object of its own kind, there or not. */
export interface WorkKey {
  /** Empty for cluster-wide kinds. */
  readonly namespace: string;
  readonly name: string;
}

/**
 * A controller that notes which objects a change concerns and looks at each of them once everything else has settled:
 * a hundred pods that become ready are one look at their ReplicaSet.
 */
export interface QueuedController extends ReleaseRange {
  /** As in the option `controllers`. */
  readonly name: string;
  readonly watches: readonly string[];
  /** The objects a change concerns. */
  readonly keysOf: (context: WriteContext, change: Change) => readonly WorkKey[];
  /** How many changes a piece of its work counts for, besides those it makes; default: 1. */
  readonly weight?: number;
  /** Brings one object in line. Must do nothing when nothing is missing. */
  readonly settle: (context: WriteContext, key: WorkKey) => void;
}

/** The identity controllers write as. */
const controllerUser = {
  name: 'system:serviceaccount:kubesphere-system:kubesphere',
  uid: '',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kubesphere-system', 'system:authenticated'],
  extra: {},
};

/** A context for writes of a controller. */
export function controllerContext(world: World, catalog: KindCatalog, cluster: ClusterState): WriteContext {
  return { world, catalog: kindsIn(catalog, cluster.store), cluster, user: controllerUser };
}

/** The changed object as it is now; `undefined` once it is gone. */
export function currentOf({ cluster }: WriteContext, { resource, stored }: Change): KubeObject | undefined {
  const { namespace, name } = stored.object.metadata;
  return cluster.store.find(resource, namespace, name)?.object;
}

/** Writes an object back whatever its version; the controller has just read it. */
export function writeBack(context: WriteContext, resource: Resource, object: KubeObject): StoredObject {
  return updateObject(context, resource, object, { unconditional: true, typed: true });
}

/** The object with a finalizer more. */
export function withFinalizer(object: KubeObject, finalizer: string): KubeObject {
  const { finalizers = [] } = object.metadata;
  if (finalizers.includes(finalizer)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
}

/** The object without a finalizer. */
export function withoutFinalizer(object: KubeObject, finalizer: string): KubeObject {
  const { finalizers = [], ...metadata } = object.metadata;
  const rest = finalizers.filter((other) => other !== finalizer);
  return { ...object, metadata: { ...metadata, finalizers: rest } };
}

/** Tells whether an object carries a finalizer. */
export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) === true;
}

/** Tells whether an object is on its way out. */
export function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** Deletes every object of a kind whose label has a value, in one namespace or in all. */
export function deleteLabelled(
  context: WriteContext,
  resource: Resource,
  key: string,
  value: string,
  namespace = '',
): void {
  for (const { object } of context.cluster.store.list(resource, namespace)) {
    if (label(object, key) !== value || isDeleting(object)) continue;
    deleteObject(context, resource, keyOf(object));
  }
}

/** Namespace and name of an object. */
export function keyOf({ metadata }: KubeObject): { readonly namespace?: string; readonly name: string } {
  const { namespace, name } = metadata;
  return namespace === undefined ? { name } : { namespace, name };
}

/** Tells whether a change of a node is only its kubelet reporting: spec and labels are untouched. */
export function isHeartbeat({ stored, previous }: Change): boolean {
  if (previous === undefined) return false;
  const [now, before] = [stored.object, previous.object];
  return now['spec'] === before['spec'] && now.metadata.labels === before.metadata.labels;
}
