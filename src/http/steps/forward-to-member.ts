import { ApiError } from '../../core/api-error.js';
import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { goEncodeQuery, goEscapePath } from '../../core/go-url.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { forward, type ForwardedRequest } from '../../upstream/forward.js';
import { upstreamOfKubeconfig } from '../../upstream/kubeconfig.js';
import type { Upstream } from '../../upstream/upstream.js';

/** Where the ks-apiserver of a member is, seen through its kube-apiserver. */
const serviceProxy = '/api/v1/namespaces/kubesphere-system/services/:ks-apiserver:/proxy';

/** How to reach a member, and the request as it has to arrive there. */
export interface Passage {
  readonly upstream: Upstream;
  readonly request: ForwardedRequest;
}

/**
 * Passes a request on to a member cluster that is a server of its own: to its ks-apiserver, or through its kube-apiserver
 * when only that is known.
 *
 * @param member Its Cluster object.
 * @throws ApiError when it cannot be reached, in the form of the release
 * @see kubesphere/kubesphere pkg/apiserver/filters/multicluster.go, pkg/apiserver/dispatch/dispatch.go
 */
export async function forwardToMember(
  context: Omit<RequestContext, 'cluster'>,
  member: KubeObject,
): Promise<Reply> {
  const { release, url } = context;
  try {
    const { request, upstream } = await passageTo(context, member);
    const reply = await forward(request, upstream);
    return reply.status === 401 && inRange(release.name, { since: 'v4.1' }) ? systemIssue() : reply;
  } catch (error) {
    throw asReleaseSays(error, release.name, url);
  }
}

/** How to reach a member. @throws ApiError 503 when its Cluster object does not tell */
export async function passageTo(
  context: Omit<RequestContext, 'cluster'>,
  member: KubeObject,
): Promise<Passage> {
  const endpoint = digString(member, 'spec', 'connection', 'kubesphereAPIEndpoint');
  const isDirect = digString(member, 'spec', 'connection', 'type') === 'direct';
  if (isDirect && endpoint === '') {
    const upstream = await kubeApiserverOf(member);
    return { upstream, request: throughKubernetes(context, upstream) };
  }
  if (!URL.canParse(endpoint)) throw unavailable(`parse ${JSON.stringify(endpoint)}: empty url`);
  const upstream = { url: new URL(endpoint).origin };
  return { upstream, request: forwardedTo(context, upstream, context.info.localPath) };
}

async function kubeApiserverOf(member: KubeObject): Promise<Upstream> {
  const kubeconfig = Buffer.from(digString(member, 'spec', 'connection', 'kubeconfig'), 'base64');
  try {
    return await upstreamOfKubeconfig(kubeconfig.toString('utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw unavailable(`kubeconfig of cluster ${member.metadata.name} ${why}`);
  }
}

/** kube-apiserver drops credentials and, from upgrades, the query: they travel in headers of their own. */
function throughKubernetes(context: Omit<RequestContext, 'cluster'>, upstream: Upstream): ForwardedRequest {
  const { headers, query, url } = context;
  const renamed = new URLSearchParams(
    [...query].map(([key, value]): [string, string] => [key === 'dryRun' ? 'dryrun' : key, value]),
  );
  const { authorization, ...others } = headers;
  const mark = url.indexOf('?');
  const request = forwardedTo(
    { ...context, headers: others, query: renamed },
    upstream,
    serviceProxy + context.info.localPath,
  );
  return {
    ...request,
    headers: {
      ...request.headers,
      'x-kubesphere-authorization': authorization ?? '',
      ...(headers['upgrade'] !== undefined &&
        mark !== -1 && { 'x-kubesphere-rawquery': url.slice(mark + 1) }),
    },
  };
}

function forwardedTo(
  { method, query, headers, body, remoteAddress, client }: Omit<RequestContext, 'cluster'>,
  upstream: Upstream,
  path: string,
): ForwardedRequest {
  const { host, protocol } = new URL(upstream.url);
  const encoded = goEncodeQuery(query);
  const escaped = goEscapePath(path);
  return {
    method,
    target: encoded === '' ? escaped : `${escaped}?${encoded}`,
    headers: {
      ...headers,
      'x-forwarded-host': host,
      'x-forwarded-proto': protocol.slice(0, -1),
      'x-forwarded-uri': escaped,
    },
    body,
    remoteAddress,
    client,
  };
}

/** What is answered instead of the 401 of a member. */
function systemIssue(): Reply {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'The request could not be authenticated due to a system issue.',
    reason: 'Network Authentication Required',
    code: 511,
  };
  return { status: 511, contentType: 'application/json', body: JSON.stringify(status) };
}

function unavailable(message: string): ApiError {
  return new ApiError(503, 'ServiceUnavailable', message, { dialect: 'errStatus' });
}

/** Before 3.4 what went wrong on the way to a member was an internal error in plain text. */
function asReleaseSays(error: unknown, release: ReleaseName, uri: string): unknown {
  if (!(error instanceof ApiError) || inRange(release, { since: 'v3.4' })) return error;
  const why = error.message.replace(/^Error while proxying request: /, '');
  return new ApiError(500, 'InternalError', `Internal Server Error: "${uri}": ${why}`, { dialect: 'text' });
}
