import { pageNotFound } from '../../registry/router.js';
import { ApiError } from '../../core/api-error.js';
import { digArray, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import type { ClusterState, World } from '../../state/world.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const hostLabel = 'cluster-role.kubesphere.io/host';

/** Who answers a request: a cluster this world holds, or a member that is a server of its own. */
export type ChosenCluster =
  | { readonly held: ClusterState }
  | {
      readonly held?: undefined;
      /** Its Cluster object, which says how to reach it. */
      readonly member: KubeObject;
    };

/**
 * The cluster that answers a request whose URL names one.
 *
 * @throws ApiError in the form of the release when the cluster is unknown or not ready; rights do not matter yet.
 * @see kubesphere/kubesphere pkg/apiserver/filters/multicluster.go, pkg/apiserver/dispatch/dispatch.go
 */
export function chooseCluster(world: World, name: string, uri: string): ChosenCluster {
  const { host, settings } = world;
  const release = world.release.name;
  // Nobody takes such paths apart then: they are paths like any other, which nobody has.
  if (!settings.multicluster.enable && inRange(release, { until: 'v3.4' })) throw undispatched(uri);
  const isAlias = inRange(release, { since: 'v4.1' }) && name === 'host';
  const wanted = isAlias ? settings.multicluster.hostClusterName : name;
  const found = host.store.find(clusters, undefined, wanted)?.object;
  if (found === undefined) throw unknownCluster(release, name);
  if (label(found, hostLabel) !== undefined) return { held: host };
  const ready = digArray(found, 'status', 'conditions').some(
    (condition) => digString(condition, 'type') === 'Ready' && digString(condition, 'status') === 'True',
  );
  if (!ready) throw notReady(release, wanted, uri);
  const held = world.clusters.get(wanted);
  return held === undefined ? { member: found } : { held };
}

function undispatched(uri: string): ApiError {
  if (uri.startsWith('/kapis')) return pageNotFound();
  return new ApiError(404, 'NotFound', '404 page not found', { dialect: 'text' });
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
