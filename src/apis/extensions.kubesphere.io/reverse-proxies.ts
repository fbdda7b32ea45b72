import { notImplemented } from '../../core/api-error.js';
import { digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { isAvailable } from './is-available.js';

const reverseProxies = { group: 'extensions.kubesphere.io', plural: 'reverseproxies' };
const targetLabel = 'kubesphere.io/reverse-proxy-target';

/**
 * Takes requests below `/proxy/` that an extension claims; `undefined` for all others.
 *
 * @throws ApiError 501 for one that is available: nothing is passed on
 * @see kubesphere/kubesphere pkg/apiserver/filters/reverseproxy.go
 */
export function serveReverseProxy({ info, method, cluster }: RequestContext): Reply | undefined {
  if (!info.localPath.startsWith('/proxy/')) return undefined;
  const found = cluster.store
    .list(reverseProxies)
    .find(({ object }) => matches(object, method, info.localPath))?.object;
  if (found === undefined) return undefined;
  if (!isAvailable(found)) return json({}, 503);
  throw notImplemented(`passing requests on to extensions (ReverseProxy ${found.metadata.name})`);
}

/** A path matches as it is, or as a beginning when the matcher ends in `*`. */
function matches(proxy: KubeObject, method: string, path: string): boolean {
  if (label(proxy, targetLabel) === 'ks-console') return false;
  const wanted = digString(proxy, 'spec', 'matcher', 'method');
  if (wanted !== '*' && wanted !== method) return false;
  const pattern = digString(proxy, 'spec', 'matcher', 'path');
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
