import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../core/api-error.js';

/** Largest request body taken, in bytes: that of kube-apiserver. */
export const bodyLimit: number = 3 * 1024 * 1024;

const bodyless = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Tells whether a request can carry a body at all, so that the hot path need not wait for one. */
export function mayHaveBody(request: IncomingMessage): boolean {
  if (request.headers['transfer-encoding'] !== undefined) return true;
  const length = request.headers['content-length'];
  if (length === undefined || length === '0') return false;
  return !bodyless.has(request.method ?? 'GET') || length !== '0';
}

/**
 * Reads a request body to its end.
 *
 * @throws ApiError 413 above {@link bodyLimit}; the rest is drained so that the answer can be written.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const declared = Number(request.headers['content-length'] ?? 0);
  const chunks: Buffer[] = [];
  let size = 0;
  if (declared <= bodyLimit) {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bodyLimit) break;
      chunks.push(chunk);
    }
  }
  if (declared > bodyLimit || size > bodyLimit) {
    request.resume();
    throw new ApiError(413, 'RequestEntityTooLarge', `limit is ${String(bodyLimit)}`, {
      dialect: 'status',
      headers: { Connection: 'close' },
    });
  }
  return size === 0 ? undefined : Buffer.concat(chunks);
}
