import { internalError, notFound } from '../../../core/api-error.js';
import { digString, type JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { kindsIn } from '../../../kube/custom-resources/cluster-catalog.js';
import type { RequestContext, Resource } from '../../../registry/contract.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { patchObject } from '../../../registry/verbs/patch.js';

/** The request as if it had been sent to a cluster. @throws ApiError 404 for a cluster there is none of */
export function inCluster(context: RequestContext, name: string): RequestContext {
  const cluster = context.world.clusters.get(name);
  if (cluster === undefined) throw notFound({ group: 'cluster.kubesphere.io', plural: 'Cluster' }, name);
  return { ...context, cluster, catalog: kindsIn(context.catalog, cluster.store) };
}

/** The kind of an object. @throws ApiError 500 as Kubernetes' mapper of kinds says it */
export function kindOfObject({ catalog }: RequestContext, object: JsonObject): Resource {
  const [apiVersion, kind] = [digString(object, 'apiVersion'), digString(object, 'kind')];
  const found = catalog.byKind(apiVersion, kind);
  if (found !== undefined) return found;
  throw internalError(`no matches for kind "${kind}" in version "${apiVersion}"`);
}

/**
 * Creates an object, or merges it into the one there is.
 *
 * Differs from KubeSphere: nobody becomes the manager of its fields.
 */
export function applyObject(context: RequestContext, resource: Resource, object: JsonObject): void {
  const { store } = context.cluster;
  const key = keyOf(resource, object);
  if (store.find(resource, key.namespace, key.name) === undefined) {
    createObject(context, resource, object, key.namespace === undefined ? {} : { namespace: key.namespace });
  } else {
    patchObject(context, resource, key, { type: 'application/merge-patch+json', body: object });
  }
}

/** The object that another names, as it is now; `undefined` when there is none. */
export function liveObject(
  { cluster }: RequestContext,
  resource: Resource,
  object: JsonObject,
): KubeObject | undefined {
  const { namespace, name } = keyOf(resource, object);
  return cluster.store.find(resource, namespace, name)?.object;
}

/** Deletes the object that another names, if there is one. */
export function removeObject(context: RequestContext, resource: Resource, object: JsonObject): void {
  if (liveObject(context, resource, object) !== undefined)
    deleteObject(context, resource, keyOf(resource, object));
}

function keyOf(
  resource: Resource,
  object: JsonObject,
): { readonly namespace?: string; readonly name: string } {
  const name = digString(object, 'metadata', 'name');
  return resource.namespaced ? { namespace: digString(object, 'metadata', 'namespace'), name } : { name };
}
