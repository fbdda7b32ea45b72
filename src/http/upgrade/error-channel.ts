import { digString, type JsonObject } from '../../core/json.js';

/** What protocols before v4 say on the error channel: the message of a failure, nothing of a success. */
export function errorText(status: JsonObject): string {
  return digString(status, 'status') === 'Success' ? '' : digString(status, 'message');
}
