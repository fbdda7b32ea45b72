import { featuresOf } from '../../../controllers/clusters/features.js';
import type { JsonObject } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';

/** Nanoseconds between two looks at each cluster. */
const resyncPeriod = 900_000_000_000;

/**
 * `GET /configs/configz`: what is switched on; since 4.1 only how clusters are joined.
 *
 * @see kubesphere/kubesphere pkg/apiserver/config/config.go
 */
export function getConfigz({ release, world, cluster }: RequestContext): Reply {
  const { multicluster } = world.settings;
  if (!inRange(release.name, { since: 'v4.1' })) return json(featuresOf(world));
  const role = cluster.isHost ? multicluster.clusterRole : 'member';
  const options: JsonObject = {
    agentImage: 'kubesphere/tower:v1.0',
    clusterControllerResyncPeriod: resyncPeriod,
    hostClusterName: multicluster.hostClusterName,
    ...(role !== 'none' && { clusterRole: role }),
  };
  return json({ multicluster: options });
}

/** `GET /configs/gpu/kinds`: none are configured. */
export function getGpuKinds(): Reply {
  return json(null);
}
