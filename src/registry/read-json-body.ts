import { badRequest } from '../core/api-error.js';
import { parseGoJson } from '../core/go-json.js';
import type { Json } from '../core/json.js';
import type { RequestContext } from './contract.js';

/**
 * The JSON value of a request's body, read the way go-restful's `ReadEntity` does.
 *
 * @throws ApiError 400: without a JSON Content-Type `[ServiceError:400] Unable to unmarshal content of type:…`, without
 * a body `EOF`, else what Go's decoder finds wrong.
 * @see emicklei/go-restful request.go, entity_accessors.go
 */
export function readJsonBody(context: Pick<RequestContext, 'headers' | 'body'>): Json {
  const header = context.headers['content-type'];
  const contentType = typeof header === 'string' ? header : '';
  if (!contentType.includes('application/json')) {
    throw badRequest(`[ServiceError:400] Unable to unmarshal content of type:${contentType}`);
  }
  return parseGoJson(context.body?.toString('utf8') ?? '');
}
