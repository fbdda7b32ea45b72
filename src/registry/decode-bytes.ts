import { badRequest } from '../core/api-error.js';

/**
 * Bytes that JSON carries as base64.
 *
 * @throws ApiError 400, as Go says where they are wrong
 */
export function decodeBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  const canonical = text.replace(/[\r\n]/g, '');
  // Buffer passes over what is wrong; Go says where it is.
  if (canonical.length % 4 !== 0 || bytes.toString('base64').length !== canonical.length)
    throw badRequest(`illegal base64 data at input byte ${String(text.length - (text.length % 4))}`);
  return bytes;
}
