import type { GroupResource } from '../core/api-error.js';
import { digString, type Json, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { parseListQuery } from '../core/list-query.js';
import { inRange } from '../core/release.js';
import { StoredObject } from '../state/object-store.js';
import type { Reply, RequestContext, Resource } from './contract.js';
import { listBody, type ItemForm } from './list-body.js';
import { json, jsonType } from './reply.js';
import { selectObjects, type FilterDialect } from './select-objects.js';
import { typed, untyped } from './typed-json.js';

/** What an answer about one object says of kind and apiVersion: those of the cache, none, or those that were sent. */
export type Identity = 'cached' | 'created' | { readonly as: JsonObject };

/** How a list is to be made. */
export interface ListOptions {
  /** No filters, no sorting, no paging. */
  readonly everything?: boolean;
  /** Parameters the handler has used itself. */
  readonly consumed?: readonly string[];
  readonly dialect?: FilterDialect;
  /** Names what `show` does, where it depends on nothing but the object: its bytes are then kept with the object. */
  readonly form?: string;
  /** What else `show` depends on, compared by identity: bytes are kept while it is the same. */
  readonly basis?: object;
  /** Print items as maps: keys sorted, kind and apiVersion among them. */
  readonly untyped?: boolean;
}

/** Shows an object the way an endpoint wants it, before it is printed as its Go type. */
export type Show = (object: KubeObject) => KubeObject;

const asStored: Show = (object) => object;

/** One object. */
export function objectReply(
  context: RequestContext,
  resource: GroupResource,
  object: KubeObject,
  identity: Identity = 'cached',
): Reply {
  return json(shown(context, resource, object, identity));
}

/** Objects in the envelope of lists: `{items, totalItems}`, filtered, sorted and cut as the query says. */
export function listReply(
  context: RequestContext,
  resource: GroupResource,
  found: readonly (StoredObject | KubeObject)[],
  show: Show = asStored,
  options: ListOptions = {},
): Reply {
  const stored = asStoredObjects(found);
  const { items, total } =
    options.everything === true
      ? { items: stored, total: stored.length }
      : page(context, resource, stored, options);
  const body = listBody(
    items,
    options.untyped === true
      ? { name: 'untyped', show: (object: KubeObject) => untyped(show(object)) }
      : itemForm(context, resource, show, options.form, options.basis),
    '',
    ` "totalItems": ${String(total)}`,
  );
  return { status: 200, contentType: jsonType, body };
}

/** A page of objects as a query asks for it. */
export function page(
  context: RequestContext,
  resource: GroupResource,
  found: readonly StoredObject[],
  { consumed, dialect = 'v1alpha3' }: ListOptions,
): { readonly items: readonly StoredObject[]; readonly total: number } {
  const release = context.release.name;
  const query = parseListQuery(context.query, release, consumed);
  return selectObjects(found, query, { resource, dialect, release, store: context.cluster.store });
}

/** Objects as a bare array. */
export function arrayReply(
  context: RequestContext,
  resource: GroupResource,
  found: readonly KubeObject[],
  identity: Identity = 'cached',
): Reply {
  return json(found.map((one) => shown(context, resource, one, identity)));
}

/**
 * How items of a kind are printed in lists of this release.
 *
 * @param name Names what `show` does where that depends on nothing but the object; absent: nothing is kept.
 */
export function itemForm(
  context: RequestContext,
  resource: GroupResource,
  show: Show = asStored,
  name?: string,
  basis?: object,
): ItemForm {
  const form = show === asStored ? 'as stored' : name;
  return {
    // What every cluster begins with is shared by servers of all releases.
    name:
      form === undefined ? undefined : `${context.release.name} ${resource.plural}.${resource.group} ${form}`,
    ...(basis && { basis }),
    show: (object) => shown(context, resource, show(object), 'cached'),
  };
}

/** The list a store keeps is passed on as it is: what is remembered about it hangs on its identity. */
function asStoredObjects(found: readonly (StoredObject | KubeObject)[]): readonly StoredObject[] {
  if (found.every((one) => one instanceof StoredObject)) return found;
  return found.map((one) => (one instanceof StoredObject ? one : new StoredObject(one, 0)));
}

/** An object as the Go type of its kind prints it, with kind and apiVersion as the release shows them. */
function shown(
  context: RequestContext,
  name: GroupResource,
  object: KubeObject,
  identity: Identity,
): JsonObject {
  const resource = context.catalog.byPlural(name.group, name.plural);
  if (resource === undefined) return untyped(object);
  const version = resource.versions[0] ?? '';
  const { kind: _kind, apiVersion: _apiVersion, ...members } = typed(object, resource, version);
  // Items made up from something else, such as members from bindings, have no kind of their own.
  const isAnonymous = digString(object, 'kind') === '';
  return { ...identityMembers(context, resource, version, identity, isAnonymous), ...members };
}

function identityMembers(
  { release }: RequestContext,
  { group, kind, custom }: Resource,
  version: string,
  identity: Identity,
  isAnonymous: boolean,
): JsonObject {
  if (identity === 'created' || isAnonymous) return {};
  if (identity !== 'cached')
    return { ...text('kind', identity.as['kind']), ...text('apiVersion', identity.as['apiVersion']) };
  // Up to 3.4 native kinds come from informers, which know no kind.
  if (!custom && !inRange(release.name, { since: 'v4.1' })) return {};
  return { kind, apiVersion: group === '' ? version : `${group}/${version}` };
}

function text(key: string, value: Json | undefined): JsonObject {
  return typeof value === 'string' && value !== '' ? { [key]: value } : {};
}
