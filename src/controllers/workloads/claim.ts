import type { GroupResource } from '../../core/api-error.js';
import type { Json } from '../../core/json.js';
import { controllerReference, type KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import type { Change, ObjectStore } from '../../state/object-store.js';
import { isDeleting, type WorkKey } from '../controller.js';
import { controlledBy, controllerOf } from '../dependents.js';
import { storeIndex } from '../store-index.js';
import { ownersOf } from './pods.js';

/** A kind whose objects claim others by a selector. */
export interface ClaimingKind {
  readonly kind: string;
  readonly resource: GroupResource;
  readonly selectorOf: (owner: KubeObject) => Json | undefined;
}

/** What an object claims. */
export interface Claim {
  readonly resource: GroupResource;
  readonly selector: Json | undefined;
  /** Which of them it looks at; absent: all. */
  readonly concerns?: (object: KubeObject) => boolean;
  /** Those it may have to let go; absent: all it controls. */
  readonly owned?: Iterable<KubeObject>;
  /** What it holds them with. */
  readonly finalizer?: string;
}

/** Objects without a controller, by plural and namespace, then by name. */
const orphans = storeIndex<Map<string, Map<string, KubeObject>>>({
  of: ['pods.', 'replicasets.apps', 'controllerrevisions.apps'],
  make: () => new Map(),
  add: (index, object, resource) => {
    if (controllerOf(object) !== undefined) return;
    const key = placeOf(object, resource);
    const known = index.get(key);
    if (known === undefined) index.set(key, new Map([[object.metadata.name, object]]));
    else known.set(object.metadata.name, object);
  },
  remove: (index, object, resource) => {
    index.get(placeOf(object, resource))?.delete(object.metadata.name);
  },
});

function placeOf({ metadata }: KubeObject, { plural }: GroupResource): string {
  return `${plural} ${metadata.namespace ?? ''}`;
}

/** Objects of a namespace that nobody controls. */
export function orphansOf(
  store: ObjectStore,
  { plural }: GroupResource,
  namespace = '',
): readonly KubeObject[] {
  return [...(orphans(store).get(`${plural} ${namespace}`)?.values() ?? [])];
}

/**
 * Lets go of what an owner controls and no longer selects, and takes over what it selects and nobody controls.
 *
 * @see kubernetes/kubernetes pkg/controller/controller_ref_manager.go ClaimObject
 */
export function claim(
  { cluster }: WriteContext,
  owner: KubeObject,
  { resource, selector, concerns = () => true, owned, finalizer }: Claim,
): void {
  const { store } = cluster;
  // Worlds of plain files may leave it out: nothing is lost or gained by that.
  if (selector === undefined) return;
  for (const object of [...(owned ?? controlledBy(store, owner, resource))])
    if (concerns(object) && !selects(selector, object.metadata.labels))
      store.replace(resource, released(object, owner, finalizer));
  for (const object of orphansOf(store, resource, owner.metadata.namespace)) {
    if (isDeleting(object) || !concerns(object) || !selects(selector, object.metadata.labels)) continue;
    store.replace(resource, adopted(object, owner, finalizer));
  }
}

function released(object: KubeObject, owner: KubeObject, finalizer: string | undefined): KubeObject {
  const { ownerReferences = [], finalizers = [], ...metadata } = object.metadata;
  const others = ownerReferences.filter(({ uid }) => uid !== owner.metadata.uid);
  const held = finalizers.filter((one) => one !== finalizer);
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(others.length > 0 && { ownerReferences: others }),
      ...(held.length > 0 && { finalizers: held }),
    },
  };
}

function adopted(object: KubeObject, owner: KubeObject, finalizer: string | undefined): KubeObject {
  const { ownerReferences = [], finalizers = [] } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ownerReferences: [...ownerReferences, controllerReference(owner)],
      ...(finalizer !== undefined && { finalizers: [...new Set([...finalizers, finalizer])] }),
    },
  };
}

/** The work a change means for a kind: whose object it is or was, or, if it is nobody's, those that may take it over. */
export function claimantsOf(
  { cluster }: WriteContext,
  change: Change,
  { kind, resource, selectorOf }: ClaimingKind,
): readonly WorkKey[] {
  const keys = ownersOf(change, kind);
  const { object } = change.stored;
  if (change.type === 'DELETED' || isDeleting(object) || controllerOf(object) !== undefined) return keys;
  if (isNothingNew(change)) return keys;
  return [...keys, ...selecting(cluster.store, object, resource, selectorOf)];
}

function isNothingNew({ stored, previous }: Change): boolean {
  if (previous === undefined || controllerOf(previous.object) !== undefined) return false;
  const [now, before] = [stored.object.metadata.labels, previous.object.metadata.labels];
  return now === before || sameJson(now, before);
}

function selecting(
  store: ObjectStore,
  { metadata }: KubeObject,
  resource: GroupResource,
  selectorOf: ClaimingKind['selectorOf'],
): WorkKey[] {
  if (metadata.labels === undefined) return [];
  return store
    .list(resource, metadata.namespace)
    .filter(({ object }) => selects(selectorOf(object), metadata.labels))
    .map(({ object }) => ({ namespace: object.metadata.namespace ?? '', name: object.metadata.name }));
}
