import type { Json, JsonObject } from '../../core/json.js';
import { checkGoTypes } from '../../registry/check-go-types.js';
import type { RequestContext } from '../../registry/contract.js';
import { readBodyObject } from '../../registry/read-json-body.js';

/**
 * The body of a request, read into one of OpenPitrix' structs.
 *
 * @param type Its name, such as `CreateAppRequest`.
 * @throws ApiError 400
 */
export function readRequest(context: RequestContext, type: string): JsonObject {
  const body = readBodyObject(context, `openpitrix.${type}`);
  checkGoTypes(body, `openpitrix/${type}`);
  return body;
}

/** A text member that may be absent, as a Go pointer. */
export function optionalText(body: JsonObject, key: string): string | undefined {
  const value: Json | undefined = body[key];
  return typeof value === 'string' ? value : undefined;
}

/** A text cut to the characters the store keeps of it. */
export function shortened(text: string): string {
  return text.slice(0, 512);
}
