import { AskError, askServer, withoutPassword } from '../upstream/ask-server.js';
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

const limit = 20 * 1024 * 1024;

/**
 * The body of an answer to GET.
 *
 * @throws ChartError in the words of Go's net/http and of Helm: not to be reached, no success, above 20 MiB, 30 seconds
 * @see helm/helm pkg/getter/httpgetter.go
 */
export async function fetchBytes(address: string, credential: RepoCredential): Promise<Buffer> {
  const { username = '', password = '', insecureSkipTLSVerify, ca, detached } = credential;
  const secret = username !== '' && password !== '' ? `${username}:${password}` : undefined;
  const { status, reason, body } = await askServer(address, {
    headers: {
      'User-Agent': 'Helm/3',
      ...(secret !== undefined && { Authorization: `Basic ${Buffer.from(secret).toString('base64')}` }),
    },
    insecure: insecureSkipTLSVerify !== false,
    ...(ca !== undefined && { ca }),
    ...(detached !== undefined && { detached }),
    limit,
  }).catch((error: unknown) => {
    throw error instanceof AskError ? new ChartError(error.message) : error;
  });
  if (status !== 200)
    throw new ChartError(`failed to fetch ${withoutPassword(address)} : ${String(status)} ${reason}`);
  return body;
}
