import type { IncomingMessage } from 'node:http';
import { goQuote } from '../core/go-format.js';
import { dialError } from '../upstream/dial-error.js';
import { ChartError } from './chart-error.js';

/** How a chart repository is asked. */
export interface RepoCredential {
  readonly username?: string;
  readonly password?: string;
  /** False: certificates are checked; otherwise they are not, as in the real server. */
  readonly insecureSkipTLSVerify?: boolean;
  /** Certificates to trust, in PEM; absent: those of the system. */
  readonly ca?: string;
  /** True: nobody waits for the answer, the process may end meanwhile. */
  readonly detached?: boolean;
}

const sizeLimit = 20 * 1024 * 1024;
const timeout = 30_000;
const mostRedirects = 10;

/**
 * The body of an answer to GET.
 *
 * @throws ChartError in the words of Go's net/http and of Helm: not to be reached, no success, above 20 MiB, 30 seconds
 * @see helm/helm pkg/getter/httpgetter.go
 */
export async function fetchBytes(
  address: string,
  credential: RepoCredential,
  redirects = 0,
): Promise<Buffer> {
  const failed = (why: string): ChartError =>
    new ChartError(`Get ${goQuote(withoutPassword(address))}: ${why}`);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const scheme = url?.protocol.slice(0, -1) ?? '';
  if (url === undefined || !['http', 'https'].includes(scheme))
    throw failed(`unsupported protocol scheme ${goQuote(scheme)}`);
  const answer = await ask(url, credential).catch((error: unknown) => {
    throw failed(error instanceof Error ? dialError(error, url) : String(error));
  });
  const { statusCode: status = 0, statusMessage = '', headers } = answer;
  if (
    status >= 301 &&
    status <= 308 &&
    headers.location !== undefined &&
    URL.canParse(headers.location, url.href)
  ) {
    answer.resume();
    if (redirects === mostRedirects) throw failed(`stopped after ${String(mostRedirects)} redirects`);
    const next = new URL(headers.location, url);
    return fetchBytes(next.href, next.origin === url.origin ? credential : {}, redirects + 1);
  }
  if (status !== 200) {
    answer.resume();
    throw new ChartError(`failed to fetch ${withoutPassword(address)} : ${String(status)} ${statusMessage}`);
  }
  return collect(answer, failed);
}

/** An address for a message. @see golang/go src/net/http/client.go stripPassword */
function withoutPassword(address: string): string {
  const { username, password } = URL.canParse(address)
    ? new URL(address)
    : { username: '***', password: '***' };
  if (password === '') return address;
  // The last of several @ ends the credentials.
  return address.replace(/\/\/[^/?#]*@/, () => `//${username}:***@`);
}

async function ask(
  url: URL,
  { username = '', password = '', insecureSkipTLSVerify, ca, detached }: RepoCredential,
): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const isNamed = username !== '' && password !== '';
    const sent = request(url, {
      ...(isNamed && { auth: `${username}:${password}` }),
      headers: { 'User-Agent': 'Helm/3' },
      rejectUnauthorized: insecureSkipTLSVerify === false,
      ...(ca !== undefined && { ca }),
      signal: AbortSignal.timeout(timeout),
    });
    if (detached === true) sent.on('socket', (socket) => socket.unref());
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end();
  });
}

async function collect(answer: IncomingMessage, failed: (why: string) => ChartError): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > sizeLimit) {
        answer.destroy();
        throw failed(`more than ${String(sizeLimit)} bytes`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof ChartError ? error : failed('unexpected EOF');
  }
  return Buffer.concat(chunks);
}
