import { ApiError } from '../core/api-error.js';
import { goJsonType, parseGoJson } from '../core/go-json.js';
import { isJsonObject, type Json } from '../core/json.js';
import type { RequestContext, Resource } from '../registry/contract.js';
import { findField } from '../registry/type-table.js';
import type { Patch } from '../registry/verbs/patch.js';
import { unsupportedMedia } from './read-object-body.js';
import { strictErrors } from './strict-fields.js';
import { strategicMergePatch } from './strategic-merge/patch.js';
import type { MergeSchema } from './strategic-merge/schema.js';

const jsonPatch = 'application/json-patch+json';
const mergePatch = 'application/merge-patch+json';
const strategicMerge = 'application/strategic-merge-patch+json';
const applyPatch = 'application/apply-patch+yaml';

/** Tells whether a PATCH is a server-side apply, which is no change of what is there but a configuration to bring about. */
export function isApply(context: RequestContext): boolean {
  return patchTypeOf(context) === applyPatch;
}

/** What a strict decoder has against the text of a patch that is no apply. */
export function patchTextErrors(context: RequestContext): readonly string[] {
  const text = context.body?.toString('utf8') ?? '';
  if (patchTypeOf(context) !== jsonPatch) return strictErrors(text, undefined);
  return jsonPatchErrors(text);
}

const operationMembers = new Set(['op', 'path', 'from', 'value']);

/** Members of operations that no JSON patch knows, and those that come twice. */
function jsonPatchErrors(text: string): readonly string[] {
  const operations = parseGoJson(text, 'unmarshal');
  const unknown = (Array.isArray(operations) ? (operations as readonly Json[]) : []).flatMap(
    (operation, at) =>
      Object.keys(isJsonObject(operation) ? operation : {})
        .filter((key) => !operationMembers.has(key))
        .map((key) => `json patch unknown field "[${String(at)}].${key}"`),
  );
  const twice = strictErrors(text, undefined).map((one) => `json patch ${one}`);
  return [...unknown, ...twice];
}

/**
 * Reads the body of a PATCH.
 *
 * @throws ApiError 415 for a media type that is no patch of this kind, 400 for a body that is not JSON
 * @see kubernetes/apiserver pkg/endpoints/handlers/patch.go
 */
export function readPatchBody(context: RequestContext, resource: Resource, version: string): Patch {
  const type = patchTypeOf(context);
  const isStrategic = type === strategicMerge && !resource.custom;
  if (type !== jsonPatch && type !== mergePatch && !isStrategic) {
    const accepted = resource.custom
      ? [jsonPatch, mergePatch, applyPatch]
      : [jsonPatch, mergePatch, strategicMerge, applyPatch];
    if (!resource.custom && !isRouted(context, accepted)) throw unrouted();
    throw unsupportedMedia('the body of the request was in an unknown format', accepted);
  }
  const text = context.body?.toString('utf8') ?? '';
  const body = readJson(text, type === jsonPatch);
  return isStrategic
    ? strategic(body, resource.types?.[version] ?? '')
    : { type: type as typeof jsonPatch, body, text };
}

/** The media type a patch is taken for: up to the first semicolon, however it is written. */
function patchTypeOf({ headers }: Pick<RequestContext, 'headers'>): string {
  const header = headers['content-type'] ?? '';
  if (typeof header !== 'string') return '';
  const end = header.indexOf(';');
  return end > 0 ? header.slice(0, end) : header;
}

/**
 * Tells whether the router, which knows the media types of each native route, lets a request through to its handler.
 *
 * @see emicklei/go-restful route.go matchesContentType
 */
function isRouted({ headers, body }: RequestContext, accepted: readonly string[]): boolean {
  if (body === undefined || body.length === 0) return true;
  const header = headers['content-type'];
  if (typeof header !== 'string') return false;
  return header.split(',').some((one) => accepted.includes((one.split(';', 1)[0] ?? '').trim()));
}

/** @see kubernetes/apiserver pkg/server/handler.go serviceErrorHandler */
function unrouted(): ApiError {
  return new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', { details: {} });
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
