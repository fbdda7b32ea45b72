import type { ServerResponse } from 'node:http';
import { version } from '../core/version.js';
import type { Reply, ReplyBody } from '../registry/contract.js';

/** Bodies above this many bytes are sent chunked, as Go's server does when a handler does not flush. */
const bufferedBytes = 2048;

/** Statuses whose answers have no body, whatever a fault says. */
const bodyless = new Set([204, 205, 304]);

/**
 * Writes a reply, once. A client that left early is not an error.
 *
 * @param date The moment for the `Date` header where the world's clock is not the real one.
 */
export function send(
  response: ServerResponse,
  reply: Reply,
  head: boolean,
  date?: string,
): void | Promise<void> {
  const { body, status } = reply;
  if (response.headersSent || response.destroyed) {
    if (isStream(body)) leave(body[Symbol.asyncIterator]());
    return undefined;
  }
  const headers = headersOf(reply);
  if (date !== undefined) headers.push('Date', date);
  if (bodyless.has(status)) {
    response.writeHead(status, headers).end();
    return undefined;
  }
  if (isStream(body)) {
    response.writeHead(status, headers);
    return head ? void response.end() : stream(response, body);
  }
  const size = body === undefined ? 0 : Buffer.byteLength(body);
  if (size > bufferedBytes) headers.push('Transfer-Encoding', 'chunked');
  else headers.push('Content-Length', String(size));
  response.writeHead(status, headers);
  if (head || size === 0) response.end();
  else response.end(body);
  return undefined;
}

/** Names and values in turns: the form node:http writes without looking at each. */
function headersOf(reply: Reply): string[] {
  const headers = ['X-Fake-Ks-Apiserver', version];
  if (reply.contentType !== undefined) headers.push('Content-Type', reply.contentType);
  for (const name in reply.headers) {
    const value = reply.headers[name];
    if (typeof value === 'string') headers.push(name, value);
    else if (value !== undefined) for (const one of value) headers.push(name, one);
  }
  return headers;
}

function isStream(body: ReplyBody | undefined): body is Exclude<ReplyBody, Buffer | string> {
  return body !== undefined && !Buffer.isBuffer(body) && typeof body !== 'string';
}

/** Nobody reads any more. */
function leave(source: AsyncIterator<unknown>): void {
  void source.return?.().catch(() => undefined);
}

/** Writes pieces as they come, at the pace of the client. A client that leaves ends the source at once. */
async function stream(response: ServerResponse, body: Exclude<ReplyBody, Buffer | string>): Promise<void> {
  const source = body[Symbol.asyncIterator]();
  response.once('close', () => {
    leave(source);
  });
  response.flushHeaders();
  for (;;) {
    const { done, value } = (await source.next()) as IteratorResult<Buffer | string, undefined>;
    if (done === true || response.destroyed) break;
    if (!response.write(value)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
