import { ApiError } from '../../core/api-error.js';
import { digArray, digString } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import type { ClusterState, World } from '../../state/world.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const hostLabel = 'cluster-role.kubesphere.io/host';

/**
 * The cluster that answers a request whose URL names one.
 *
 * @throws ApiError in the form of the release when the cluster is unknown or not ready; rights do not matter yet.
 * @see kubesphere/kubesphere pkg/apiserver/filters/multicluster.go, pkg/apiserver/dispatch/dispatch.go
 */
export function chooseCluster(world: World, name: string, uri: string): ClusterState {
  const { host, settings } = world;
  const release = world.release.name;
  const isAlias = inRange(release, { since: 'v4.1' }) && name === 'host';
  const wanted = isAlias ? settings.multicluster.hostClusterName : name;
  const found = host.store.find(clusters, undefined, wanted)?.object;
  if (found === undefined) throw unknownCluster(release, name);
  if (label(found, hostLabel) !== undefined) return host;
  const ready = digArray(found, 'status', 'conditions').some(
    (condition) => digString(condition, 'type') === 'Ready' && digString(condition, 'status') === 'True',
  );
  if (!ready) throw notReady(release, wanted, uri);
  const member = world.clusters.get(wanted);
  if (member === undefined) {
    throw new ApiError(
      502,
      'Bad Gateway',
      `Error while proxying request: no member cluster ${wanted} in this world`,
      {
        dialect: 'errStatus',
      },
    );
  }
  return member;
}

function unknownCluster(release: ReleaseName, name: string): ApiError {
  return inRange(release, { since: 'v3.4' })
    ? new ApiError(400, 'BadRequest', `cluster ${name} not exists`, { dialect: 'errStatus' })
    : new ApiError(404, 'NotFound', `cluster ${name} not found`, { dialect: 'text' });
}

function notReady(release: ReleaseName, name: string, uri: string): ApiError {
  const message = `cluster ${name} is not ready`;
  if (inRange(release, { since: 'v4.1' })) {
    return new ApiError(503, 'ServiceUnavailable', message, { dialect: 'errStatus' });
  }
  if (release === 'v3.4' || release === 'v3.0') {
    return new ApiError(500, 'InternalError', `Internal Server Error: "${uri}": ${message}`, {
      dialect: 'text',
    });
  }
  return new ApiError(400, 'BadRequest', message, { dialect: 'text' });
}
