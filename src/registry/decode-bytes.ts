import { badRequest } from '../core/api-error.js';
import { standardBase64Error } from '../core/go-base64.js';

/**
 * Bytes that JSON carries as base64.
 *
 * @throws ApiError 400, as Go says where they are wrong
 */
export function decodeBytes(text: string): Buffer {
  const bad = standardBase64Error(text);
  if (bad !== -1) throw badRequest(`illegal base64 data at input byte ${String(bad)}`);
  return Buffer.from(text, 'base64');
}
