import type { GroupResource } from '../core/api-error.js';
import type { JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import type { StoredObject } from '../state/object-store.js';
import type { Reply, RequestContext } from './contract.js';
import { json } from './reply.js';
import { typed } from './typed-json.js';

/** What an answer about one object says of kind and apiVersion: those of the cache, none, or those that were sent. */
export type Identity = 'cached' | 'created' | { readonly as: JsonObject };

/** How a list is to be made. */
export interface ListOptions {
  /** No filters, no sorting, no paging. */
  readonly everything?: boolean;
  /** Parameters the handler has used itself. */
  readonly consumed?: readonly string[];
}

/** One object, as the typed client of the real server prints it. */
export function objectReply(
  context: RequestContext,
  kind: GroupResource,
  object: KubeObject,
  identity: Identity = 'cached',
): Reply {
  return json(shown(context, kind, object, identity));
}

/** Objects in the envelope of lists. */
export function listReply(
  context: RequestContext,
  kind: GroupResource,
  found: readonly (StoredObject | KubeObject)[],
  show: (object: KubeObject) => KubeObject = (object) => object,
  _options: ListOptions = {},
): Reply {
  const items = found.map((one) =>
    shown(context, kind, show('object' in one ? (one as StoredObject).object : one)),
  );
  return json({ items, totalItems: items.length });
}

/** Objects as a bare array. */
export function arrayReply(
  context: RequestContext,
  kind: GroupResource,
  found: readonly KubeObject[],
  identity: Identity = 'cached',
): Reply {
  return json(found.map((one) => shown(context, kind, one, identity)));
}

function shown(
  { catalog, release }: RequestContext,
  kind: GroupResource,
  object: KubeObject,
  identity: Identity = 'cached',
): JsonObject {
  const resource = catalog.get(kind.group, kind.plural);
  const version = resource.versions[0] ?? '';
  // Before 4.1 caches of native kinds know neither kind nor apiVersion.
  const isNamed = resource.custom || inRange(release.name, { since: 'v4.1' });
  const named = identity === 'cached' && isNamed ? object : withIdentity(object, identity);
  return typed(named, resource, version);
}

function withIdentity(
  { kind: _kind, apiVersion: _version, ...rest }: KubeObject,
  identity: Identity,
): JsonObject {
  if (typeof identity === 'string') return rest;
  const { kind, apiVersion } = identity.as;
  return { ...(kind !== undefined && { kind }), ...(apiVersion !== undefined && { apiVersion }), ...rest };
}
