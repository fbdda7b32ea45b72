import { badRequest } from '../core/api-error.js';
import { digString, type JsonObject } from '../core/json.js';

/** Refuses a body that names another object than the URL. @throws ApiError 400 */
export function assertNameMatches(sent: JsonObject, name: string): void {
  const own = digString(sent, 'metadata', 'name');
  if (own !== name) {
    throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
  }
}
