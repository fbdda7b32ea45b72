import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { goQuote } from '../core/go-format.js';
import { dialError } from './dial-error.js';

/** How a server outside is asked. */
export interface Question {
  readonly headers?: Readonly<Record<string, string>>;
  /** True: certificates are not checked. */
  readonly insecure?: boolean;
  /** Certificates to trust, in PEM; absent: those of the system. */
  readonly ca?: string;
  /** Bytes an answer may have; absent: 4 MiB. */
  readonly limit?: number;
  /** True: nobody waits for the answer, the process may end meanwhile. */
  readonly detached?: boolean;
}

/** What it said, redirects followed. */
export interface OutsideAnswer {
  readonly status: number;
  /** As in the status line, such as `Not Found`. */
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A server could not be asked, or said too much; the message is Go's. */
export class AskError extends Error {
  override readonly name = 'AskError';
  /** True when it answered something else than TLS. */
  readonly speaksNoTls: boolean;

  constructor(message: string, speaksNoTls = false) {
    super(message);
    this.speaksNoTls = speaksNoTls;
  }
}

const defaultLimit = 4 * 1024 * 1024;
const timeout = 30_000;
const mostRedirects = 10;

/**
 * The answer to GET. Credentials are not passed on to another host.
 *
 * @throws AskError `Get "URL": …` in the words of Go's net/http: not to be reached, above the limit, 30 seconds
 */
export async function askServer(
  address: string,
  question: Question = {},
  redirects = 0,
): Promise<OutsideAnswer> {
  const failed = (why: string, speaksNoTls = false): AskError =>
    new AskError(`Get ${goQuote(withoutPassword(address))}: ${why}`, speaksNoTls);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const scheme = url?.protocol.slice(0, -1) ?? '';
  if (url === undefined || !['http', 'https'].includes(scheme))
    throw failed(`unsupported protocol scheme ${goQuote(scheme)}`);
  const answer = await send(url, question).catch((error: unknown) => {
    if (!(error instanceof Error)) throw failed(String(error));
    const { code, name } = error as NodeJS.ErrnoException;
    if (code === 'EPROTO') throw failed('http: server gave HTTP response to HTTPS client', true);
    throw failed(name === 'TimeoutError' || name === 'AbortError' ? deadline : dialError(error, url));
  });
  const { statusCode: status = 0, statusMessage: reason = '', headers } = answer;
  const { location } = headers;
  if (status >= 301 && status <= 308 && location !== undefined && URL.canParse(location, url.href)) {
    answer.resume();
    if (redirects === mostRedirects) throw failed(`stopped after ${String(mostRedirects)} redirects`);
    const next = new URL(location, url);
    const { Authorization: _secret, ...others } = question.headers ?? {};
    const headersThere = next.origin === url.origin ? (question.headers ?? {}) : others;
    return askServer(next.href, { ...question, headers: headersThere }, redirects + 1);
  }
  return { status, reason, headers, body: await collect(answer, question.limit ?? defaultLimit, failed) };
}

const deadline = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';

/** An address for a message. @see golang/go src/net/http/client.go stripPassword */
export function withoutPassword(address: string): string {
  const { username, password } = URL.canParse(address)
    ? new URL(address)
    : { username: '***', password: '***' };
  if (password === '') return address;
  // The last of several @ ends the credentials.
  return address.replace(/\/\/[^/?#]*@/, () => `//${username}:***@`);
}

async function send(url: URL, { headers, insecure, ca, detached }: Question): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      headers: { 'User-Agent': 'Go-http-client/1.1', ...headers },
      rejectUnauthorized: insecure !== true,
      ...(ca !== undefined && { ca }),
      signal: AbortSignal.timeout(timeout),
      // A connection that is kept would keep the process.
      agent: false,
    });
    if (detached === true) sent.on('socket', (socket) => socket.unref());
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end();
  });
}

async function collect(
  answer: IncomingMessage,
  limit: number,
  failed: (why: string) => AskError,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) {
        answer.destroy();
        throw failed(`more than ${String(limit)} bytes`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof AskError ? error : failed('unexpected EOF');
  }
  return Buffer.concat(chunks);
}
