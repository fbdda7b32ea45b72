import type { StoredObject } from '../../state/object-store.js';
import type { Resource, WriteContext } from '../contract.js';

/** One object of the answering cluster. @throws ApiError NotFound */
export function getObject(
  { cluster }: Pick<WriteContext, 'cluster'>,
  resource: Resource,
  key: { readonly namespace?: string; readonly name: string },
): StoredObject {
  return cluster.store.get(resource, key.namespace, key.name);
}
