import { ApiError, badRequest } from '../../core/api-error.js';
import { inRange } from '../../core/release.js';
import { seeingEvents } from '../../kube/events/event-store.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { createGeneric, deleteGeneric, patchGeneric, updateGeneric } from './writes.js';
import { readServedKind } from './crd-reads.js';
import { getGeneric, listGeneric } from './reads.js';
import { isLabelledServed, isServed } from './served-groups.js';

/**
 * The generic resource API: plain reads and writes of kinds that have no route of their own, in the group-versions
 * the server knows.
 *
 * @returns `undefined` when the request is none of its business: the router's 404 stands
 * @see kubesphere/kubesphere pkg/apiserver/filters/dynamicresource.go
 */
export function genericResources(context: RequestContext): Reply | undefined {
  const { info, release, catalog, cluster } = context;
  if (!info.isResourceRequest || info.apiPrefix !== 'kapis') return undefined;
  if (release.name === 'v3.3') return readServedKind(context);
  if (!inRange(release.name, { since: 'v3.4' })) return undefined;
  const resource = catalog.find(info.apiGroup, info.apiVersion, info.resource);
  const served = isServed(release.name, info.apiGroup, info.apiVersion, catalog);
  if (resource === undefined) {
    if (served) refuseUnknownKind(context);
    return undefined;
  }
  if (!served && !isLabelledServed(cluster.store, resource)) return undefined;
  // Before 4.1 what follows the name is not looked at.
  if (info.subresource !== '' && inRange(release.name, { since: 'v4.1' })) return undefined;
  // Events of the newer group are those of the core group in another form.
  return answer(info.apiGroup === 'events.k8s.io' ? seeingEvents(context) : context, resource);
}

function answer(context: RequestContext, resource: Resource): Reply {
  switch (context.info.verb) {
    case 'list':
      return listGeneric(context, resource);
    case 'get':
      return getGeneric(context, resource);
    case 'create':
      return createGeneric(context, resource);
    case 'update':
      return updateGeneric(context, resource);
    case 'patch':
      return patchGeneric(context, resource);
    case 'delete':
      return deleteGeneric(context, resource);
    default:
      throw badRequest('not supported verb');
  }
}

/** Before 4.1 a plural nobody knows gets as far as the client, which finds no kind for it. */
function refuseUnknownKind({ info, release }: RequestContext): void {
  if (inRange(release.name, { since: 'v4.1' }) || info.verb === 'get' || info.verb === 'list') return;
  const text = ['create', 'update', 'patch'].includes(info.verb)
    ? `no matches for ${info.apiGroup}/${info.apiVersion}, Resource=${info.resource}`
    : 'not supported verb';
  throw new ApiError(500, 'InternalError', text);
}
