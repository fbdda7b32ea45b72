import { ApiError, badRequest, notFound } from '../../../core/api-error.js';
import { digString, isJsonObject, type JsonObject } from '../../../core/json.js';
import type { ClusterState } from '../../../state/world.js';
import { AskError } from '../../../upstream/ask-server.js';
import { askUpstream } from '../../../upstream/ask-upstream.js';
import { upstreamOfKubeconfig } from '../../../upstream/kubeconfig.js';
import type { Upstream } from '../../../upstream/upstream.js';

/** What a kube-apiserver that is asked on behalf of a cluster to be imported answered. */
export interface MemberAnswer {
  readonly status: number;
  readonly text: string;
}

/** The kube-apiserver a kubeconfig leads to. */
export interface MemberApi {
  /** @param path Such as `/api/v1/namespaces/kube-system` @throws ApiError 400 when it cannot be reached */
  get(path: string): Promise<MemberAnswer>;
}

/**
 * Who is to be asked about the cluster behind a kubeconfig: one this world holds, or a server outside.
 *
 * @param base64 A kubeconfig that names a server.
 * @returns `undefined` for an address that stands for no server at all
 * @throws ApiError 400 when it logs in in a way that is not known
 */
export async function memberApi(
  base64: string,
  held: ClusterState | undefined,
): Promise<MemberApi | undefined> {
  if (held !== undefined) return { get: (path) => Promise.resolve(fromStore(held, path)) };
  let upstream: Upstream;
  try {
    upstream = await upstreamOfKubeconfig(Buffer.from(base64, 'base64').toString('utf8'));
  } catch (error) {
    throw badRequest(`invalid configuration: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (isReserved(new URL(upstream.url).hostname)) return undefined;
  return { get: (path) => fromServer(upstream, path) };
}

/**
 * Tells whether a host is one of those kept free for documentation and tests, where no server can be.
 *
 * Differs from KubeSphere: such a cluster is taken for one that answers well, so that tests can import it.
 */
function isReserved(host: string): boolean {
  return (
    /(?:^|\.)(?:example|test|invalid|example\.(?:com|net|org))$/.test(host) ||
    /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/.test(host)
  );
}

const objectPath = /^\/api\/v1\/(?:namespaces\/([^/]+)\/(configmaps)|(namespaces))\/([^/]+)$/;

/** A cluster in memory runs what its host runs; only what it holds is looked up. */
function fromStore(held: ClusterState, path: string): MemberAnswer {
  const [, namespace, configMaps, namespaces, name = ''] = objectPath.exec(path) ?? [];
  const plural = configMaps ?? namespaces;
  if (plural === undefined) return { status: 200, text: '{}' };
  const found = held.store.find({ group: '', plural }, namespace, name)?.object;
  if (found !== undefined) return { status: 200, text: JSON.stringify(found) };
  const { message } = notFound({ group: '', plural }, name);
  return { status: 404, text: JSON.stringify({ kind: 'Status', message }) };
}

async function fromServer(upstream: Upstream, path: string): Promise<MemberAnswer> {
  const headers = { accept: 'application/json', 'user-agent': 'ks-apiserver' };
  try {
    return await askUpstream(upstream, { method: 'GET', target: path, headers });
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
    throw badRequest(`Get "${upstream.url}${path}": ${error.message}`);
  }
}

/**
 * The object in an answer of kube-apiserver.
 *
 * @param what As client-go names what was asked for: `get namespaces kube-system`.
 * @throws ApiError 400 in the words of client-go when it is a refusal; its cause is an ApiError with the status
 * @see kubernetes/apimachinery pkg/api/errors/errors.go NewGenericServerResponse
 */
export function objectIn({ status, text }: MemberAnswer, what: string): JsonObject {
  const body = parsed(text);
  if (status >= 200 && status <= 206 && body !== undefined) return body;
  const told = digString(body, 'kind') === 'Status' ? digString(body, 'message') : '';
  throw badRequest(told === '' ? genericText(status, text, what) : told, {
    cause: new ApiError(status, '', told),
  });
}

function genericText(status: number, text: string, what: string): string {
  switch (status) {
    case 401:
      return `the server has asked for the client to provide credentials (${what})`;
    case 404:
      return `the server could not find the requested resource (${what})`;
    case 403:
      return `unknown (${what})`;
    default:
      if (status < 500)
        return `the server responded with the status code ${String(status)} but did not return more information (${what})`;
      return `an error on the server (${JSON.stringify(text.trim() || 'unknown')}) has prevented the request from succeeding (${what})`;
  }
}

/** The JSON object a text is; `undefined` when it is none. */
export function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
