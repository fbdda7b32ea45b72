import { notFound } from '../../core/api-error.js';
import { appStoreGroup } from '../../core/app-store-keys.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Resource, WriteContext } from '../../registry/contract.js';

/** A kind of the app store. */
export function storeKind({ catalog }: Pick<WriteContext, 'catalog'>, plural: string): Resource {
  return catalog.get(appStoreGroup, plural);
}

/** An object of the app store as the cache gives it. @throws ApiError 404 naming the kind */
export function existing(context: WriteContext, plural: string, name: string): KubeObject {
  const resource = storeKind(context, plural);
  const found = context.cluster.store.find(resource, undefined, name)?.object;
  if (found === undefined) throw notFound({ group: appStoreGroup, plural: resource.kind }, name);
  return found;
}
