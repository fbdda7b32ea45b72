import { badRequest } from '../../core/api-error.js';
import { goJsonType, parseGoJson } from '../../core/go-json.js';
import { isJsonObject, type JsonObject } from '../../core/json.js';
import type { RequestContext } from '../../registry/contract.js';

/** The body of a patch; its Content-Type does not matter. @throws ApiError 400 */
export function parsePatch({ body }: RequestContext): JsonObject {
  const value = parseGoJson(body?.toString('utf8') ?? '', 'unmarshal');
  if (isJsonObject(value)) return value;
  throw badRequest(
    `json: cannot unmarshal ${goJsonType(value)} into Go value of type map[string]interface {}`,
  );
}
