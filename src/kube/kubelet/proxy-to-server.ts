import { ApiError } from '../../core/api-error.js';
import { goEscapePath } from '../../core/go-url.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { dialError } from '../../upstream/dial-error.js';
import { forward } from '../../upstream/forward.js';

/**
 * Hands a request on to a real server that a test has put behind a port, upgrades included. The caller's credentials stay
 * here, as with kube-apiserver.
 *
 * @param address `host:port`
 * @param path The rest of the path, not escaped
 * @throws ApiError 503 when nobody can be reached there
 */
export async function proxyToServer(context: RequestContext, address: string, path: string): Promise<Reply> {
  const { method, url, headers, body, remoteAddress, client } = context;
  const { authorization: _, ...others } = headers;
  const mark = url.indexOf('?');
  const server = `http://${address.startsWith(':') ? `127.0.0.1${address}` : address}`;
  const target = goEscapePath(path) + (mark === -1 ? '' : url.slice(mark));
  try {
    return await forward({ method, target, headers: others, body, remoteAddress, client }, { url: server });
  } catch (error) {
    if (!(error instanceof ApiError) || !(error.cause instanceof Error)) throw error;
    const why = dialError(error.cause, new URL(server));
    throw new ApiError(503, 'ServiceUnavailable', `error trying to reach service: ${why}`);
  }
}
