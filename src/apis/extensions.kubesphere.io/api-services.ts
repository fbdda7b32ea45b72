import { ApiError, notImplemented } from '../../core/api-error.js';
import { digString } from '../../core/json.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { isAvailable } from './is-available.js';

const apiServices = { group: 'extensions.kubesphere.io', plural: 'apiservices' };

/**
 * Takes requests to a group-version that an extension serves; `undefined` for all others.
 *
 * @throws ApiError 503 while it is not available, 501 when it is: nothing is passed on
 * @see kubesphere/kubesphere pkg/apiserver/filters/apiservice.go
 */
export function serveApiService({ info, cluster }: RequestContext): Reply | undefined {
  if (!info.isResourceRequest || cluster.store.count(apiServices) === 0) return undefined;
  const found = cluster.store
    .list(apiServices)
    .find(
      ({ object }) =>
        digString(object, 'spec', 'group') === info.apiGroup &&
        digString(object, 'spec', 'version') === info.apiVersion,
    )?.object;
  if (found === undefined) return undefined;
  const { name } = found.metadata;
  if (!isAvailable(found)) {
    throw new ApiError(503, 'ServiceUnavailable', `apiService ${name} is not available`, {
      dialect: 'errStatus',
    });
  }
  throw notImplemented(`passing requests on to extensions (APIService ${name})`);
}
