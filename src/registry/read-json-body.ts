import { badRequest } from '../core/api-error.js';
import { goJsonType, parseGoJson } from '../core/go-json.js';
import { digObject, isJsonObject, type Json, type JsonArray, type JsonObject } from '../core/json.js';
import { bodyPrefix } from './body-types.js';
import { checkGoTypes } from './check-go-types.js';
import type { RequestContext, Resource } from './contract.js';
import { typed } from './typed-json.js';

/** What a body is read from. */
export type BodyRequest = Pick<RequestContext, 'headers' | 'body'>;

/** Read as JSON wherever they occur in a Content-Type; this covers `application/json-patch+json`. */
const jsonTypes = ['application/json', 'application/merge-patch+json'];

/**
 * The JSON value of a request's body, read the way go-restful's `ReadEntity` does.
 *
 * @throws ApiError 400: without a JSON Content-Type `[ServiceError:400] Unable to unmarshal content of type:…`, without
 * a body `EOF`, else what Go's decoder finds wrong.
 * @see emicklei/go-restful request.go, entity_accessors.go; kubesphere/kubesphere pkg/apiserver/runtime/runtime.go
 */
export function readJsonBody(context: BodyRequest): Json {
  const header = context.headers['content-type'];
  const contentType = typeof header === 'string' ? header : '';
  if (!jsonTypes.some((type) => contentType.includes(type))) {
    throw badRequest(`[ServiceError:400] Unable to unmarshal content of type:${contentType}`);
  }
  return parseGoJson(context.body?.toString('utf8') ?? '');
}

/**
 * A body read into a Go struct; `null` leaves it empty. Members of the structs in `body-types.ts` are of their types.
 *
 * @param goType Name of the struct as Go prints it, such as `v1beta1.Member`.
 * @param type Its name in the table of types, where it is a kind.
 * @throws ApiError 400
 */
export function readBodyObject(
  context: BodyRequest,
  goType: string,
  type: string = bodyPrefix + goType,
): JsonObject {
  const value = readJsonBody(context);
  if (value === null) return {};
  if (isJsonObject(value)) {
    checkGoTypes(value, type);
    return value;
  }
  throw cannotUnmarshal(value, goType);
}

/**
 * A body read into a Go struct whatever its Content-Type says, as `json.Unmarshal` does; `null` leaves it empty.
 *
 * @param goType Name of the struct as Go prints it.
 * @throws ApiError 400
 */
export function unmarshalBody({ body }: Pick<BodyRequest, 'body'>, goType: string): JsonObject {
  const value = parseGoJson(body?.toString('utf8') ?? '', 'unmarshal');
  if (value === null) return {};
  if (!isJsonObject(value)) throw cannotUnmarshal(value, goType);
  checkGoTypes(value, bodyPrefix + goType);
  return value;
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
    if (isJsonObject(item)) checkGoTypes(item, bodyPrefix + goType);
  }
  return items;
}

/**
 * A body read into the struct of a kind, in the version of the release: unknown members are gone, zero values filled in.
 *
 * @throws ApiError 400
 */
export function readTypedBody(context: BodyRequest, resource: Resource): JsonObject {
  const version = resource.versions[0] ?? '';
  return intoStruct(readBodyObject(context, `${version}.${resource.kind}`), resource);
}

/** A body read into a slice of structs of a kind. @throws ApiError 400 */
export function readTypedArray(context: BodyRequest, resource: Resource): JsonObject[] {
  const items = readBodyArray(context, `${resource.versions[0] ?? ''}.${resource.kind}`);
  return items.map((item) => intoStruct(isJsonObject(item) ? item : {}, resource));
}

function intoStruct(value: JsonObject, resource: Resource): JsonObject {
  const version = resource.versions[0] ?? '';
  const type = resource.types?.[version];
  if (type === undefined) return value;
  checkGoTypes(value, type);
  const struct = typed(value, resource, version);
  const { creationTimestamp, ...metadata } = digObject(struct, 'metadata');
  // Go prints a time that is not set as null; for who reads the struct it is just not there.
  return creationTimestamp === null ? { ...struct, metadata } : struct;
}

function cannotUnmarshal(value: Json, goType: string): Error {
  return badRequest(`json: cannot unmarshal ${goJsonType(value)} into Go value of type ${goType}`);
}
