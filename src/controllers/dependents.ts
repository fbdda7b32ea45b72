import type { GroupResource } from '../core/api-error.js';
import type { KubeObject } from '../core/kube-object.js';
import type { ObjectStore } from '../state/object-store.js';
import { storeIndex } from './store-index.js';

/** An object that names its owner. */
export interface Dependent {
  readonly object: KubeObject;
  readonly resource: GroupResource;
}

/** By uid of the owner, then by the dependent's own uid. */
type ByOwner = Map<string, Map<string, Dependent>>;

const index = storeIndex<ByOwner>({
  make: () => new Map(),
  add: (owners, object, resource) => {
    const key = keyOf(object, resource);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const known = owners.get(uid);
      if (known === undefined) owners.set(uid, new Map([[key, { object, resource }]]));
      else known.set(key, { object, resource });
    }
  },
  remove: (owners, object, resource) => {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const known = owners.get(uid);
      known?.delete(keyOf(object, resource));
      if (known?.size === 0) owners.delete(uid);
    }
  },
});

function keyOf({ metadata }: KubeObject, { plural, group }: GroupResource): string {
  return `${plural}.${group}/${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Objects that name an owner and are in its reach: in its namespace, or anywhere for cluster-wide owners. */
export function dependentsOf(store: ObjectStore, owner: KubeObject): readonly Dependent[] {
  return [...eachDependent(store, owner)];
}

/** The same one by one, for who may not need all of a great many; they must not be written to meanwhile. */
export function* eachDependent(store: ObjectStore, owner: KubeObject): Generator<Dependent> {
  const { uid, namespace = '' } = owner.metadata;
  const found = uid === undefined ? undefined : index(store).get(uid);
  for (const one of found?.values() ?? [])
    if (namespace === '' || one.object.metadata.namespace === namespace) yield one;
}

/** Whether anything names an owner. */
export function hasDependents(store: ObjectStore, owner: KubeObject): boolean {
  return eachDependent(store, owner).next().done !== true;
}

/** The objects of a kind that an owner controls, by name. */
export function controlledBy(
  store: ObjectStore,
  owner: KubeObject,
  { group, plural }: GroupResource,
): KubeObject[] {
  return dependentsOf(store, owner)
    .filter(({ resource, object }) => {
      if (resource.plural !== plural || resource.group !== group) return false;
      return controllerOf(object)?.uid === owner.metadata.uid;
    })
    .map(({ object }) => object)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The reference to the object that manages this one. */
export function controllerOf({
  metadata,
}: KubeObject): NonNullable<KubeObject['metadata']['ownerReferences']>[number] | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}
