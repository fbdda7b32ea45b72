import { withoutManagedFields } from '../../../core/kube-object.js';
import { ApiError, internalError, notFound } from '../../../core/api-error.js';
import { appReleaseLabel } from '../../../core/app-store-keys.js';
import { labelMatcher } from '../../../registry/label-selector.js';
import {
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../../core/json.js';
import type { Reply, RequestContext, Resource } from '../../../registry/contract.js';
import { listReply } from '../../../registry/entity-reply.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { empty, json } from '../../../registry/reply.js';
import { untyped } from '../../../registry/typed-json.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { applyObject, inCluster } from './clusters.js';
import { alwaysInternal } from './failures.js';

const definitions = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };
/** Levels of a schema an example follows. */
const deepest = 20;

interface Place {
  readonly there: RequestContext;
  readonly resource: Resource;
  readonly namespace: string | undefined;
}

/** The cluster and kind the query names. @throws ApiError 404 */
function placeOf(context: RequestContext): Place {
  const { query } = context;
  const there = inCluster(context, query.get('cluster') ?? '');
  const resource = there.catalog.find(
    query.get('group') ?? '',
    query.get('version') ?? '',
    query.get('resource') ?? '',
  );
  if (resource === undefined)
    throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  return { there, resource, namespace: resource.namespaced ? (query.get('namespace') ?? '') : undefined };
}

/** `GET …/cr`: the objects of a kind in a cluster. */
export function listCustomResources(context: RequestContext): Promise<Reply> {
  const test = labelMatcher(context.query.get('labelSelector') ?? '');
  return alwaysInternal(() => {
    const { there, resource } = placeOf(context);
    const all = there.cluster.store.list(resource);
    const found = test === undefined ? all : all.filter(({ object }) => test(object));
    return listReply(there, resource, found, withoutManagedFields, { dialect: 'generic', untyped: true });
  });
}

/** `POST …/cr`: applies an object; the answer is empty. */
export async function applyCustomResource(context: RequestContext): Promise<Reply> {
  const sent = readBodyObject(context, 'unstructured.Unstructured');
  return alwaysInternal(() => {
    const { there, resource } = placeOf(context);
    const metadata = digObject(sent, 'metadata');
    const labels = {
      ...digObject(metadata, 'labels'),
      [appReleaseLabel]: context.params['application'] ?? '',
    };
    applyObject(there, resource, { ...sent, metadata: { ...metadata, labels } });
    return empty();
  });
}

/** `GET …/cr/{crname}`. */
export function getCustomResource(context: RequestContext): Promise<Reply> {
  return alwaysInternal(() => {
    const { there, resource, namespace } = placeOf(context);
    const { object } = there.cluster.store.get(resource, namespace, context.params['crname'] ?? '');
    return json(untyped(withoutManagedFields(object)));
  });
}

/** `DELETE …/cr/{crname}`: the answer is empty. */
export function deleteCustomResource(context: RequestContext): Promise<Reply> {
  return alwaysInternal(() => {
    const { there, resource, namespace } = placeOf(context);
    const name = context.params['crname'] ?? '';
    deleteObject(there, resource, namespace === undefined ? { name } : { namespace, name });
    return empty();
  });
}

/**
 * `GET /apps/{app}/examplecr/{name}`: an object a CustomResourceDefinition describes, made of zero values.
 *
 * @see kubesphere/kubesphere pkg/kapis/application/v2/crd2cr.go
 */
export function exampleOfCustomResource(context: RequestContext): Promise<Reply> {
  return alwaysInternal(() => {
    const name = context.params['name'] ?? '';
    const definition = context.cluster.store.find(definitions, undefined, name)?.object;
    if (definition === undefined)
      throw notFound({ group: definitions.group, plural: 'CustomResourceDefinition' }, name);
    const version = digArray(definition, 'spec', 'versions').find(
      (one) => isJsonObject(one) && one['served'] === true && one['storage'] === true,
    );
    if (version === undefined) throw internalError('no served and storage version found in CRD');
    const parts = (['spec', 'status'] as const).map((part) => {
      const schema = digObject(version, 'schema', 'openAPIV3Schema', 'properties', part, 'properties');
      return [part, exampleObject(schema, 0)] as const;
    });
    return json(
      untyped({
        apiVersion: digString(version, 'name'),
        kind: digString(definition, 'spec', 'names', 'kind'),
        metadata: { name: `${digString(definition, 'spec', 'names', 'singular')}-Instance` },
        ...Object.fromEntries(parts),
      }),
    );
  });
}

function exampleObject(properties: JsonObject, depth: number): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => [key, exampleValue(digObject(schema), depth + 1)]),
  );
}

function exampleValue(schema: JsonObject, depth: number): Json {
  if (depth > deepest) return null;
  switch (schema['type']) {
    case 'object':
      return exampleObject(digObject(schema, 'properties'), depth);
    case 'integer':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
    case 'boolean':
      return false;
    case 'array':
      return isJsonObject(schema['items']) ? [exampleValue(schema['items'], depth + 1)] : [];
    case 'string': {
      // The real server prints the first allowed value as the JSON it is, quotes included.
      const [first] = digArray(schema, 'enum');
      return first === undefined ? '' : JSON.stringify(first);
    }
    default:
      return null;
  }
}
