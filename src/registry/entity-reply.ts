import type { GroupResource } from '../core/api-error.js';
import type { JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { StoredObject } from '../state/object-store.js';
import type { Reply, RequestContext } from './contract.js';
import { json } from './reply.js';

/** What an answer about one object says of kind and apiVersion: those of the cache, none, or those that were sent. */
export type Identity = 'cached' | 'created' | { readonly as: JsonObject };

/** How a list is to be made. */
export interface ListOptions {
  /** No filters, no sorting, no paging. */
  readonly everything?: boolean;
  /** Parameters the handler has used itself. */
  readonly consumed?: readonly string[];
}

/** One object. */
export function objectReply(
  _context: RequestContext,
  _resource: GroupResource,
  object: KubeObject,
  identity: Identity = 'cached',
): Reply {
  return json(identity === 'cached' ? object : withIdentity(object, identity));
}

/** Objects in the envelope of lists. */
export function listReply(
  _context: RequestContext,
  _resource: GroupResource,
  found: readonly (StoredObject | KubeObject)[],
  show: (object: KubeObject) => KubeObject = (object) => object,
  _options: ListOptions = {},
): Reply {
  const items = found.map((one) => show('object' in one ? (one as StoredObject).object : one));
  return json({ items, totalItems: items.length });
}

/** Objects as a bare array. */
export function arrayReply(
  _context: RequestContext,
  _resource: GroupResource,
  found: readonly KubeObject[],
  identity: Identity = 'cached',
): Reply {
  return json(found.map((one) => (identity === 'cached' ? one : withIdentity(one, identity))));
}

function withIdentity(object: KubeObject, identity: 'created' | { readonly as: JsonObject }): KubeObject {
  const { kind: _kind, apiVersion: _version, ...rest } = object;
  if (identity === 'created') return rest as unknown as KubeObject;
  const { kind, apiVersion } = identity.as;
  return {
    ...(typeof kind === 'string' && kind !== '' && { kind }),
    ...(typeof apiVersion === 'string' && apiVersion !== '' && { apiVersion }),
    ...rest,
  } as unknown as KubeObject;
}
