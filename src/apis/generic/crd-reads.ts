import { ApiError, notFound } from '../../core/api-error.js';
import { annotation, label } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { listReply, objectReply } from '../../registry/entity-reply.js';
import { isLabelledServed } from './served-groups.js';

const definitions = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };

/**
 * 3.3 reads kinds whose definition carries the label `kubesphere.io/resource-served`; by workspace those whose
 * definition says so.
 *
 * @returns `undefined` for everything else: the router's 404 stands
 * @see kubesphere/kubesphere pkg/kapis/crd/crd.go
 */
export function readServedKind(context: RequestContext): Reply | undefined {
  const { info, catalog, cluster } = context;
  const resource = catalog.find(info.apiGroup, info.apiVersion, info.resource);
  if (resource === undefined || info.subresource !== '' || !isLabelledServed(cluster.store, resource))
    return undefined;
  if (info.workspace !== '' && !isWorkspaced(context, resource)) return undefined;
  if (info.namespace !== '' && !resource.namespaced) return undefined;
  if (info.verb === 'list') return list(context, resource);
  if (info.verb === 'get') return get(context, resource);
  throw new ApiError(405, '', '405: Method Not Allowed', { dialect: 'router', headers: { Allow: 'GET' } });
}

function list(context: RequestContext, resource: Resource): Reply {
  const { info, cluster } = context;
  const all = cluster.store.list(resource, info.namespace);
  const found =
    info.workspace === ''
      ? all
      : all.filter(({ object }) => label(object, workspaceLabel) === info.workspace);
  return listReply(context, resource, found);
}

function get(context: RequestContext, resource: Resource): Reply {
  const { info, cluster } = context;
  const found = cluster.store.find(resource, info.namespace, info.name)?.object;
  if (found === undefined || (info.workspace !== '' && label(found, workspaceLabel) !== info.workspace)) {
    throw notFound(resource, info.name);
  }
  return objectReply(context, resource, found);
}

function isWorkspaced({ cluster }: RequestContext, { group, plural }: Resource): boolean {
  const definition = cluster.store.find(definitions, undefined, `${plural}.${group}`)?.object;
  return definition !== undefined && annotation(definition, 'kubesphere.io/resource-scope') === 'workspaced';
}
