import { badRequest } from '../core/api-error.js';
import { goJsonType, parseGoJson } from '../core/go-json.js';
import { isJsonObject, type Json, type JsonArray, type JsonObject } from '../core/json.js';
import type { RequestContext, Resource } from './contract.js';

/** What a body is read from. */
export type BodyRequest = Pick<RequestContext, 'headers' | 'body'>;

/**
 * The JSON value of a request's body, read the way go-restful's `ReadEntity` does.
 *
 * @throws ApiError 400: without a JSON Content-Type `[ServiceError:400] Unable to unmarshal content of type:…`, without
 * a body `EOF`, else what Go's decoder finds wrong.
 * @see emicklei/go-restful request.go, entity_accessors.go
 */
export function readJsonBody(context: BodyRequest): Json {
  const header = context.headers['content-type'];
  const contentType = typeof header === 'string' ? header : '';
  if (!contentType.includes('application/json')) {
    throw badRequest(`[ServiceError:400] Unable to unmarshal content of type:${contentType}`);
  }
  return parseGoJson(context.body?.toString('utf8') ?? '');
}

/**
 * A body read into a Go struct; `null` leaves it empty.
 *
 * @param goType Name of the struct as Go prints it, such as `v1beta1.Member`.
 * @throws ApiError 400
 */
export function readBodyObject(context: BodyRequest, goType: string): JsonObject {
  const value = readJsonBody(context);
  if (isJsonObject(value)) return value;
  if (value === null) return {};
  throw cannotUnmarshal(value, goType);
}

/**
 * A body read into a Go slice; `null` leaves it empty.
 *
 * @param goType Name of the elements' type as Go prints it.
 * @throws ApiError 400
 */
export function readBodyArray(context: BodyRequest, goType: string): JsonArray {
  const value = readJsonBody(context);
  if (value === null) return [];
  if (!Array.isArray(value)) throw cannotUnmarshal(value, `[]${goType}`);
  const items = value as JsonArray;
  const isStruct = goType.includes('.');
  for (const item of items) {
    const fits = item === null || (isStruct ? isJsonObject(item) : typeof item === goType);
    if (!fits) throw cannotUnmarshal(item, goType);
  }
  return items;
}

/** A body read into the struct of a kind, in the version of the release. @throws ApiError 400 */
export function readTypedBody(context: BodyRequest, resource: Resource): JsonObject {
  return readBodyObject(context, `${resource.versions[0] ?? ''}.${resource.kind}`);
}

function cannotUnmarshal(value: Json, goType: string): Error {
  return badRequest(`json: cannot unmarshal ${goJsonType(value)} into Go value of type ${goType}`);
}
