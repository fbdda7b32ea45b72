import { ApiError, notFound } from '../../core/api-error.js';
import { goQuote } from '../../core/go-format.js';
import { label } from '../../core/kube-object.js';
import { parseListQuery } from '../../core/list-query.js';
import { inRange } from '../../core/release.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { itemForm, objectReply } from '../../registry/entity-reply.js';
import { listBody } from '../../registry/list-body.js';
import { jsonType } from '../../registry/reply.js';
import { selectObjects } from '../../registry/select-objects.js';
import type { StoredObject } from '../../state/object-store.js';
import { refuseCustomFilters } from './custom-filters.js';
import { withinWorkspace } from './workspace-selector.js';

/** Lists a kind; how many there are is told in `metadata.continue`. */
export function listGeneric(context: RequestContext, resource: Resource): Reply {
  const { info, release, cluster } = context;
  const { store } = cluster;
  const asked = parseListQuery(context.query, release.name);
  const labelSelector =
    info.workspace === '' ? asked.labelSelector : withinWorkspace(asked.labelSelector, info.workspace);
  const query = { ...asked, labelSelector };
  if (query.filters.size > 0) refuseCustomFilters(store, resource);
  const { items, total } = selectObjects(store.list(resource, info.namespace), query, {
    resource,
    dialect: 'generic',
    release: release.name,
    store,
  });
  const counts = { all: total, shown: items.length, before: (query.page - 1) * query.limit };
  const remaining = remainingAfter(counts, query.limit);
  const counted = inRange(release.name, { since: 'v4.1' }) ? `  "continue": "${String(total)}",\n` : '';
  const before = ` "metadata": {\n${counted}  "remainingItemCount": ${String(remaining)}\n }`;
  return {
    status: 200,
    contentType: jsonType,
    body: listBody(items, itemForm(context, resource), before, ''),
  };
}

/** What comes after a page; everything, for a page without items. */
function remainingAfter(
  { all, shown, before }: { readonly all: number; readonly shown: number; readonly before: number },
  limit: number,
): number {
  if (limit === -1) return 0;
  return shown === 0 ? all : all - before - shown;
}

/** One object. @throws ApiError 404 */
export function getGeneric(context: RequestContext, resource: Resource): Reply {
  return objectReply(context, resource, find(context, resource).object);
}

function find(context: RequestContext, resource: Resource): StoredObject {
  const { info } = context;
  const found = findCached(context, resource);
  if (info.workspace !== '' && label(found.object, workspaceLabel) !== info.workspace) {
    throw notFound(resource, info.name);
  }
  return found;
}

/** The object a URL names, whatever workspace it belongs to. @throws ApiError 404 in the words of the cache */
export function findCached({ info, cluster }: RequestContext, resource: Resource): StoredObject {
  const isMisplaced = resource.namespaced !== (info.namespace !== '');
  const found = isMisplaced
    ? undefined
    : cluster.store.find(resource, resource.namespaced ? info.namespace : undefined, info.name);
  if (found === undefined) throw missing(resource, info.name);
  return found;
}

/** 404 of the cache the real server reads from: it names the kind, not the plural. */
export function missing({ kind, group }: Resource, name: string): ApiError {
  const subject = group === '' ? kind : `${kind}.${group}`;
  return new ApiError(404, 'NotFound', `${subject} ${goQuote(name)} not found`);
}
