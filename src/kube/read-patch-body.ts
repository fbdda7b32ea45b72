import { ApiError, notImplemented } from '../core/api-error.js';
import { goJsonType, parseGoJson } from '../core/go-json.js';
import { isJsonObject, type Json } from '../core/json.js';
import type { RequestContext, Resource } from '../registry/contract.js';
import { findField } from '../registry/type-table.js';
import type { Patch } from '../registry/verbs/patch.js';
import { mediaTypeOf, unsupportedMedia } from './read-object-body.js';
import { strategicMergePatch, type MergeSchema } from './strategic-merge-patch.js';

const jsonPatch = 'application/json-patch+json';
const mergePatch = 'application/merge-patch+json';
const strategicMerge = 'application/strategic-merge-patch+json';
const applyPatch = 'application/apply-patch+yaml';

/**
 * Reads the body of a PATCH.
 *
 * @throws ApiError 415 for a media type that is no patch of this kind, 501 for one that is not understood here, 400 for
 * a body that is not JSON
 * @see kubernetes/apiserver pkg/endpoints/handlers/patch.go
 */
export function readPatchBody(context: RequestContext, resource: Resource, version: string): Patch {
  const type = context.headers['content-type'] === undefined ? '' : mediaTypeOf(context);
  if (type === applyPatch) throw notImplemented(`server-side apply (${applyPatch})`);
  const isStrategic = type === strategicMerge && !resource.custom;
  if (type !== jsonPatch && type !== mergePatch && !isStrategic) {
    const accepted = resource.custom
      ? [jsonPatch, mergePatch, applyPatch]
      : [jsonPatch, mergePatch, strategicMerge, applyPatch];
    throw unsupportedMedia('the body of the request was in an unknown format', accepted);
  }
  const body = readJson(context.body?.toString('utf8') ?? '', type === jsonPatch);
  return isStrategic
    ? strategic(body, resource.types?.[version] ?? '')
    : { type: type as typeof jsonPatch, body };
}

function readJson(text: string, plain: boolean): Json {
  try {
    return parseGoJson(text, 'unmarshal');
  } catch (error) {
    if (!(error instanceof ApiError) || plain) throw error;
    throw new ApiError(400, 'BadRequest', `error decoding patch: ${error.message}`);
  }
}

function strategic(body: Json, type: string): Patch {
  if (!isJsonObject(body)) {
    const why = `json: cannot unmarshal ${goJsonType(body)} into Go value of type map[string]interface {}`;
    throw new ApiError(400, 'BadRequest', `error decoding patch: ${why}`);
  }
  return (object) => strategicMergePatch(object, body, type, mergeRules);
}

/** How a field merges, from the table of types. */
const mergeRules: MergeSchema = (type, field) => {
  const found = findField(type, field);
  if (found === undefined) return undefined;
  const [, , fieldType, flags, rules] = found;
  const [strategy = '', mergeKey = ''] = rules ?? [];
  return { type: fieldType, repeated: flags.includes('r'), strategy, mergeKey };
};
