import { ApiError, badRequest, internalError } from '../../core/api-error.js';
import { goJsonType, parseGoJson } from '../../core/go-json.js';
import { digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { readDeleteOptions } from '../../kube/options-from-query.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import { checkGoTypes } from '../../registry/check-go-types.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { empty } from '../../registry/reply.js';
import { typed } from '../../registry/typed-json.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject, type DeleteOptions } from '../../registry/verbs/delete.js';
import { patchObject } from '../../registry/verbs/patch.js';
import { updateObject } from '../../registry/verbs/update.js';
import { findCached, missing } from './reads.js';

/**
 * Creates what the body says, where the body says: the namespace of the URL is not looked at. A workspace in the URL
 * becomes the label.
 */
export function createGeneric(context: RequestContext, resource: Resource): Reply {
  const sent = readSent(context, resource);
  if (resource.namespaced && namespaceOf(sent) === '') {
    throw internalError('an empty namespace may not be set during creation');
  }
  createObject(context, resource, inWorkspace(sent, context.info.workspace));
  return empty();
}

/** Replaces the object that the body names. */
export function updateGeneric(context: RequestContext, resource: Resource): Reply {
  const sent = readSent(context, resource);
  checkPlace(sent, resource);
  updateObject(context, resource, sent);
  return empty();
}

/** Merges the body into the object it names, as that object is now. */
export function patchGeneric(context: RequestContext, resource: Resource): Reply {
  const sent = readSent(context, resource);
  const name = digString(sent, 'metadata', 'name');
  const namespace = place(sent, resource);
  const previous = context.cluster.store.find(resource, namespace, name);
  if (previous === undefined) throw missing(resource, name);
  const { resourceVersion: _version, ...metadata } = digObject(sent, 'metadata');
  const key = { name, ...(namespace !== undefined && { namespace }) };
  patchObject(context, resource, key, {
    type: 'application/merge-patch+json',
    body: { ...sent, metadata },
  });
  return empty();
}

/** Deletes the object that the URL names, whatever workspace it belongs to. */
export function deleteGeneric(context: RequestContext, resource: Resource): Reply {
  const { metadata } = findCached(context, resource).object;
  const key = {
    name: metadata.name,
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
  };
  deleteObject(context, resource, key, readOptions(context));
  return empty();
}

/**
 * The body as the struct of the kind; its Content-Type does not matter.
 *
 * @throws ApiError 500 for what Go's decoder refuses, 400 for another kind
 */
function readSent({ body, info }: RequestContext, resource: Resource): JsonObject {
  const value = asInternal(() => parseGoJson(body?.toString('utf8') ?? '', 'unmarshal'));
  if (!isJsonObject(value) && value !== null) {
    const goType = `${info.apiVersion}.${resource.kind}`;
    throw internalError(`json: cannot unmarshal ${goJsonType(value)} into Go value of type ${goType}`);
  }
  const sent = value ?? {};
  const type = resource.types?.[info.apiVersion];
  if (type !== undefined) {
    asInternal(() => {
      checkGoTypes(sent, type);
    });
  }
  const apiVersion = `${resource.group}/${info.apiVersion}`;
  if (digString(sent, 'apiVersion') !== apiVersion || digString(sent, 'kind') !== resource.kind) {
    throw badRequest('wrong resource GroupVersionKind');
  }
  return withoutUnsetTime(type === undefined ? sent : typed(sent, resource, info.apiVersion));
}

/** Go prints a time that is not set as null; to those who read the struct it is just not there. */
function withoutUnsetTime(sent: JsonObject): JsonObject {
  const { creationTimestamp, ...metadata } = digObject(sent, 'metadata');
  return creationTimestamp === null ? { ...sent, metadata } : sent;
}

function inWorkspace(sent: JsonObject, workspace: string): JsonObject {
  if (workspace === '') return sent;
  const metadata = digObject(sent, 'metadata');
  const labels = { ...digObject(metadata, 'labels'), [workspaceLabel]: workspace };
  return { ...sent, metadata: { ...metadata, labels } };
}

function checkPlace(sent: JsonObject, resource: Resource): void {
  if (resource.namespaced && namespaceOf(sent) === '') {
    throw internalError('an empty namespace may not be set when a resource name is provided');
  }
}

function namespaceOf(sent: JsonObject): string {
  return digString(sent, 'metadata', 'namespace');
}

function place(sent: JsonObject, resource: Resource): string | undefined {
  return resource.namespaced ? namespaceOf(sent) : undefined;
}

/** Options as Kubernetes takes them, to which they are sent on. @throws ApiError 500 for a broken body, 422 for bad options */
function readOptions({ body }: RequestContext): DeleteOptions {
  const text = body?.toString('utf8') ?? '';
  if (text === '') return {};
  const options = asInternal(() => {
    const sent = parseGoJson(text, 'unmarshal');
    checkGoTypes(isJsonObject(sent) ? sent : {}, 'meta/v1.DeleteOptions');
    return sent;
  });
  return readDeleteOptions(new URLSearchParams(), isJsonObject(options) ? options : {});
}

/** What the decoder refuses is no bad request here. */
function asInternal<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ApiError ? internalError(error.message) : error;
  }
}
