import { ApiError, notImplemented } from '../core/api-error.js';
import { parseGoJson } from '../core/go-json.js';
import type { RequestContext, Resource } from '../registry/contract.js';
import type { Patch } from '../registry/verbs/patch.js';
import { mediaTypeOf, unsupportedMedia } from './read-object-body.js';

const jsonPatch = 'application/json-patch+json';
const mergePatch = 'application/merge-patch+json';
const strategicMergePatch = 'application/strategic-merge-patch+json';
const applyPatch = 'application/apply-patch+yaml';

/**
 * Reads the body of a PATCH.
 *
 * @throws ApiError 415 for a media type that is no patch of this kind, 501 for one that is not understood here, 400 for
 * a body that is not JSON
 * @see kubernetes/apiserver pkg/endpoints/handlers/patch.go
 */
export function readPatchBody(context: RequestContext, resource: Resource): Patch {
  const type = context.headers['content-type'] === undefined ? '' : mediaTypeOf(context);
  if (type === applyPatch) throw notImplemented(`server-side apply (${applyPatch})`);
  if (type === strategicMergePatch && !resource.custom) {
    throw notImplemented(`strategic merge patches (${strategicMergePatch})`);
  }
  if (type !== jsonPatch && type !== mergePatch) {
    const accepted = resource.custom
      ? [jsonPatch, mergePatch, applyPatch]
      : [jsonPatch, mergePatch, strategicMergePatch, applyPatch];
    throw unsupportedMedia('the body of the request was in an unknown format', accepted);
  }
  const text = context.body?.toString('utf8') ?? '';
  try {
    return { type, body: parseGoJson(text, 'unmarshal') };
  } catch (error) {
    if (!(error instanceof ApiError) || type === jsonPatch) throw error;
    throw new ApiError(400, 'BadRequest', `error decoding patch: ${error.message}`);
  }
}
