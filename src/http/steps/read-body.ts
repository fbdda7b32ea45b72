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

/** Bytes of a refused body still taken, so that a client that only listens after sending gets its answer. */
const drainLimit = 64 * 1024 * 1024;

/**
 * Reads a request body to its end.
 *
 * @returns `undefined` for an empty one
 * @throws ApiError 413 above {@link bodyLimit} (some of the rest is drained so that the answer can be read), 400 when
 * the client gave up half-way: it hears no answer, but nothing may be done with half a body
 */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) {
    drain(request);
    return Promise.reject(tooLarge());
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= bodyLimit) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take);
      drain(request);
      reject(tooLarge());
    };
    const gone = (): void => {
      reject(new ApiError(400, 'BadRequest', 'unexpected EOF', { dialect: 'status' }));
    };
    request.on('data', take);
    request.once('end', () => {
      request.off('close', gone);
      request.off('error', gone);
      resolve(size === 0 ? undefined : Buffer.concat(chunks));
    });
    request.once('close', gone);
    request.once('error', gone);
  });
}

function tooLarge(): ApiError {
  const text = `Request entity too large: limit is ${String(bodyLimit)}`;
  return new ApiError(413, 'RequestEntityTooLarge', text, { dialect: 'status' });
}

/** Takes what still comes and throws it away; closing at once would destroy the answer on its way. */
function drain(request: IncomingMessage): void {
  let drained = 0;
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > drainLimit) request.socket.destroy();
  });
  request.on('error', () => undefined);
  request.resume();
}
