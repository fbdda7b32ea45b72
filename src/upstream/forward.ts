import type { IncomingMessage, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import { ApiError } from '../core/api-error.js';
import { goQuote } from '../core/go-format.js';
import type { Client, Reply } from '../registry/contract.js';
import type { TunnelSession } from '../registry/session.js';
import { dialError } from './dial-error.js';
import type { Upstream } from './upstream.js';

/** A request as it is to arrive at an upstream. */
export interface ForwardedRequest {
  readonly method: string;
  /** Escaped path and query. */
  readonly target: string;
  /** Names are lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer | undefined;
  /** Address of the client, added to `X-Forwarded-For`. */
  readonly remoteAddress: string;
  /** Who waits for the answer: the upstream is left when it leaves. Absent: nobody that could. */
  readonly client?: Client;
  /** Leaves the upstream as well. */
  readonly signal?: AbortSignal;
}

/** Headers that belong to one connection and are never passed on; also those named by `Connection`. */
const hopByHop = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers this server writes itself into every answer. */
const ownHeaders = new Set(['date', 'x-fake-ks-apiserver']);

/** How long an upstream may take to be reached, in milliseconds: that of Go's dialer in the real server. */
const dialTimeout = 30_000;

/**
 * Passes a request on to an upstream and its answer back, piece by piece as it comes.
 *
 * @throws ApiError 502 in the words of the real server when the upstream cannot be reached
 * @see kubernetes/apimachinery pkg/util/proxy/upgradeaware.go
 */
export async function forward(request: ForwardedRequest, upstream: Upstream): Promise<Reply> {
  const answer = await ask(request, upstream);
  if ('kind' in answer) return { status: 101, session: answer };
  const { statusCode: status = 502 } = answer;
  const { contentType, headers } = answerHeaders(answer.rawHeaders);
  // Nobody reads the body of an answer that has none; the connection is only free again once it has been read.
  if (request.method === 'HEAD' || status === 204 || status === 304) answer.resume();
  return {
    status,
    ...(contentType !== undefined && { contentType }),
    headers,
    body: bodyOf(answer, new URL(upstream.url)),
  };
}

/**
 * The body of an answer: whoever stops reading leaves the upstream at once, whatever is still to come. (The iterator Node
 * has for it would wait for the next piece.)
 */
function bodyOf(answer: IncomingMessage, url: URL): AsyncIterable<Buffer> {
  return {
    [Symbol.asyncIterator]: () => {
      const pieces = (answer as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
      let isLeft = false;
      return {
        next: () =>
          pieces.next().catch((error: unknown) => {
            if (isLeft) return { done: true, value: undefined };
            const why = error instanceof Error ? dialError(error, url) : String(error);
            throw badGateway(why === 'EOF' ? 'unexpected EOF' : why);
          }),
        return: () => {
          isLeft = true;
          if (!answer.readableEnded) answer.destroy();
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
}

/** Tells whether a request asks to leave HTTP. */
function wantsUpgrade({ headers }: ForwardedRequest): boolean {
  return headers['upgrade'] !== undefined && /\bupgrade\b/i.test(String(headers['connection'] ?? ''));
}

/** Where a request goes and with which headers: what a plain request and an upgrade have in common. */
export function requestOptions(request: ForwardedRequest, upstream: Upstream): RequestOptions & { url: URL } {
  const url = new URL(upstream.url + request.target);
  const { tls } = upstream;
  return {
    url,
    method: request.method,
    path: url.pathname + url.search,
    headers: upstreamHeaders(request, upstream, url.host),
    ...(request.signal && { signal: request.signal }),
    ...(tls?.ca !== undefined && { ca: tls.ca }),
    ...(tls?.cert !== undefined && { cert: tls.cert }),
    ...(tls?.key !== undefined && { key: tls.key }),
    ...(tls?.insecure === true && { rejectUnauthorized: false }),
    ...(tls?.serverName !== undefined && { servername: tls.serverName }),
  };
}

async function ask(
  request: ForwardedRequest,
  upstream: Upstream,
  mayAskAgain = true,
): Promise<IncomingMessage | TunnelSession> {
  const { url, ...options } = requestOptions(request, upstream);
  if (!/^https?:$/.test(url.protocol))
    throw badGateway(`unsupported protocol scheme ${goQuote(url.protocol.slice(0, -1))}`);
  const { request: open } =
    url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const { client } = request;
  return new Promise((resolve, reject) => {
    const outgoing = open(url, options);
    const leave = (): void => void outgoing.destroy(new Error('context canceled'));
    const stay = (): void => void client?.off('close', leave);
    if (client?.destroyed === true) leave();
    client?.once('close', leave);
    outgoing.once('close', stay);
    outgoing.on('response', resolve);
    outgoing.on('upgrade', ({ rawHeaders }, stream, first) => {
      stay();
      resolve({ kind: 'tunnel', rawHeaders, stream, first });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // A kept connection that was closed as it was taken up again: the upstream has seen nothing of the request.
      if (mayAskAgain && outgoing.reusedSocket && error.code === 'ECONNRESET')
        ask(request, upstream, false).then(resolve, reject);
      else reject(badGateway(dialError(error, url), error));
    });
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) return;
      socket.setTimeout(dialTimeout, () => outgoing.destroy(new Error('i/o timeout')));
      socket.once('connect', () => socket.setTimeout(0));
    });
    outgoing.end(request.body);
  });
}

/** Headers of an answer, spelled as they came. */
function answerHeaders(raw: readonly string[]): {
  readonly contentType: string | undefined;
  readonly headers: Record<string, string[]>;
} {
  let contentType: string | undefined;
  // Without a prototype: an upstream may name a header anything.
  const headers = Object.create(null) as Record<string, string[]>;
  const named = raw.filter((_, at) => raw[at - 1]?.toLowerCase() === 'connection' && at % 2 === 1).join(',');
  const perConnection = new Set(named.split(',').map((name) => name.trim().toLowerCase()));
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]];
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || ownHeaders.has(lower) || perConnection.has(lower)) continue;
    if (lower === 'content-type') contentType = value;
    else (headers[name] ??= []).push(value);
  }
  return { contentType, headers };
}

function upstreamHeaders(request: ForwardedRequest, upstream: Upstream, host: string): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(passedOn(request.headers))) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : [...value];
  }
  if (wantsUpgrade(request)) {
    headers['connection'] = 'Upgrade';
    headers['upgrade'] = String(request.headers['upgrade']);
  }
  const before = headers['x-forwarded-for'];
  headers['x-forwarded-for'] =
    before === undefined ? request.remoteAddress : `${String(before)}, ${request.remoteAddress}`;
  headers['host'] = host;
  if (request.body === undefined) delete headers['content-length'];
  else headers['content-length'] = request.body.length;
  if (upstream.authorization !== undefined) headers['authorization'] = upstream.authorization;
  return headers;
}

/** The headers that do not end with a connection. */
function passedOn(
  headers: ForwardedRequest['headers'],
): Record<string, string | readonly string[] | undefined> {
  const named = String(headers['connection'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !named.includes(name)),
  );
}

/** 502 of an upstream that gives no answer. */
export function badGateway(why: string, cause?: Error): ApiError {
  return new ApiError(502, 'Bad Gateway', `Error while proxying request: ${why}`, {
    dialect: 'errStatus',
    ...(cause && { cause }),
  });
}
