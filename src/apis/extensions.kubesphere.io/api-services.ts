import { digString } from '../../core/json.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { forward } from '../../upstream/forward.js';
import { forwardedRequest, unavailable, upstreamOf, withRemoteUser } from './endpoint.js';
import { isAvailable } from './is-available.js';

const apiServices = { group: 'extensions.kubesphere.io', plural: 'apiservices' };

/**
 * Passes requests to a group-version that an extension serves on to it; `undefined` for all others.
 *
 * @throws ApiError 503 while it is not available, 502 when it cannot be reached
 * @see kubesphere/kubesphere pkg/apiserver/filters/apiservice.go
 */
export function serveApiService(context: RequestContext): Promise<Reply> | undefined {
  const { info, cluster } = context;
  if (info.isKubernetesRequest || !info.isResourceRequest || cluster.store.count(apiServices) === 0)
    return undefined;
  const found = cluster.store
    .list(apiServices)
    .find(
      ({ object }) =>
        digString(object, 'spec', 'group') === info.apiGroup &&
        digString(object, 'spec', 'version') === info.apiVersion,
    )?.object;
  if (found === undefined) return undefined;
  const gone = `apiService ${found.metadata.name} is not available`;
  if (!isAvailable(found)) throw unavailable(gone);
  const upstream = upstreamOf(found['spec'], { url: gone, caBundle: 'failed to base64 decode cabundle' });
  return forward(withRemoteUser(forwardedRequest(context), context.user), upstream);
}
