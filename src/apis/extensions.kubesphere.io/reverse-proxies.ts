import { dig, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { forward } from '../../upstream/forward.js';
import { directed, headersDown } from './directives.js';
import { forwardedRequest, upstreamOf, withRemoteUser } from './endpoint.js';
import { isAvailable } from './is-available.js';

const reverseProxies = { group: 'extensions.kubesphere.io', plural: 'reverseproxies' };
const targetLabel = 'kubesphere.io/reverse-proxy-target';

/**
 * Passes requests below `/proxy/` that an extension claims on to it; `undefined` for all others.
 *
 * @throws ApiError 503 when its directives cannot be followed, 502 when it cannot be reached
 * @see kubesphere/kubesphere pkg/apiserver/filters/reverseproxy.go
 */
export function serveReverseProxy(context: RequestContext): Reply | Promise<Reply> | undefined {
  const { info, method, cluster, user } = context;
  if (info.isResourceRequest || !info.localPath.startsWith('/proxy/')) return undefined;
  const found = cluster.store
    .list(reverseProxies)
    .find(({ object }) => matches(object, method, info.localPath))?.object;
  if (found === undefined) return undefined;
  if (!isAvailable(found)) return json({}, 503);
  const { name } = found.metadata;
  const endpoint = dig(found, 'spec', 'upstream');
  const upstream = upstreamOf(endpoint, {
    url: 'endpoint <nil> is not available',
    caBundle: `failed to decode CA bundle from upstream ${name}`,
  });
  const directives = dig(found, 'spec', 'directives');
  return directed(forwardedRequest(context), context, directives)
    .then((request) =>
      forward(dig(directives, 'authProxy') === true ? withRemoteUser(request, user) : request, upstream),
    )
    .then((reply) => headersDown(reply, directives));
}

/** A path matches as it is, or as a beginning when the matcher ends in `*`. */
function matches(proxy: KubeObject, method: string, path: string): boolean {
  if (label(proxy, targetLabel) === 'ks-console') return false;
  const wanted = digString(proxy, 'spec', 'matcher', 'method');
  if (wanted !== '*' && wanted !== method) return false;
  const pattern = digString(proxy, 'spec', 'matcher', 'path');
  return path === pattern || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')));
}
