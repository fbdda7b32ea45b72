import { ApiError, conflict, staleVersion } from '../../core/api-error.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { applyJsonPatch, readJsonPatch } from '../../core/json-patch.js';
import { applyMergePatch } from '../../core/merge-patch.js';
import type { StoredObject } from '../../state/object-store.js';
import type { Resource, WriteContext } from '../contract.js';
import { checkSameKind } from '../check-stored-types.js';
import { undecodable, goJsonType } from '../object-meta.js';
import { namespaceFor, readTyped } from './create.js';
import { replaceObject, type UpdateOptions } from './update.js';

/** The kinds of patch that are understood. */
export type PatchType = 'application/json-patch+json' | 'application/merge-patch+json';

/** A patch as sent, or anything else that turns an object into another. */
export type Patch =
  | {
      readonly type: PatchType;
      readonly body: Json;
      /** What the body was read from; absent: nobody knows. */
      readonly text?: string;
    }
  | ((object: JsonObject) => Json);

/**
 * Changes an object in part, as `PATCH` does.
 *
 * A resourceVersion in a patch must be the current one; without one the patch applies to whatever is there.
 *
 * @throws ApiError BadRequest, NotFound, Conflict, Invalid
 * @see kubernetes/apiserver pkg/endpoints/handlers/patch.go
 */
export function patchObject(
  context: WriteContext,
  resource: Resource,
  key: { readonly namespace?: string; readonly name: string },
  patch: Patch,
  options: Omit<UpdateOptions, 'name' | 'namespace'> = {},
): StoredObject {
  const previous = context.cluster.store.get(resource, key.namespace, key.name);
  const patched = applyPatch(previous.object, patch);
  if (!isJsonObject(patched)) {
    throw undecodable(
      resource,
      `json: cannot unmarshal ${goJsonType(patched)} into Go value of type v1.${resource.kind}`,
    );
  }
  checkSameKind(patched, resource);
  const wanted = readTyped(patched, resource, {});
  namespaceFor(wanted, resource, previous.object.metadata.namespace);
  const version = wanted.metadata.resourceVersion;
  if (version !== undefined && version !== previous.object.metadata.resourceVersion) {
    throw conflict(resource, key.name, staleVersion);
  }
  return replaceObject(context, resource, previous, wanted, options);
}

/** What a patch makes of an object. @throws ApiError BadRequest, Invalid */
export function applyPatch(object: JsonObject, patch: Patch): Json {
  if (typeof patch === 'function') return patch(object);
  const { type, body, text } = patch;
  if (type === 'application/json-patch+json') return applyJsonPatch(object, readJsonPatch(body, text));
  if (!isJsonObject(body)) {
    throw new ApiError(
      400,
      'BadRequest',
      `error decoding patch: json: cannot unmarshal ${goJsonType(body)} into Go value of type map[string]interface {}`,
    );
  }
  return applyMergePatch(object, body);
}
