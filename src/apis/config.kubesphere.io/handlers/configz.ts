import type { JsonObject } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';

/** Nanoseconds between two looks at each cluster. */
const resyncPeriod = 900_000_000_000;

/** Features of 3.x that a small install has switched on. */
const enabled = new Set([
  'authentication',
  'authorization',
  'cache',
  'kubernetes',
  'openpitrix',
  'terminal',
  'monitoring',
]);
const features = [
  ['alerting', 'v3.0'],
  ['auditing', 'v3.0'],
  ['authentication', 'v3.0'],
  ['authorization', 'v3.0'],
  ['cache', 'v3.0'],
  ['devops', 'v3.0'],
  ['edgeruntime', 'v3.3'],
  ['events', 'v3.0'],
  ['gateway', 'v3.3'],
  ['gpu', 'v3.3'],
  ['kubeedge', 'v3.1'],
  ['kubernetes', 'v3.0'],
  ['logging', 'v3.0'],
  ['metering', 'v3.1'],
  ['monitoring', 'v3.0'],
  ['multicluster', 'v3.0'],
  ['network', 'v3.0'],
  ['notification', 'v3.0'],
  ['openpitrix', 'v3.0'],
  ['openpitrix.appstore', 'v3.1'],
  ['s3', 'v3.0'],
  ['servicemesh', 'v3.0'],
  ['sonarqube', 'v3.0'],
  ['terminal', 'v3.1'],
] as const;

/**
 * `GET /configs/configz`: what is switched on; since 4.1 only how clusters are joined.
 *
 * @see kubesphere/kubesphere pkg/apiserver/config/config.go
 */
export function getConfigz({ release, world }: RequestContext): Reply {
  const { multicluster } = world.settings;
  if (!inRange(release.name, { since: 'v4.1' })) {
    const shown: Record<string, boolean> = {};
    for (const [feature, since] of features) {
      if (!inRange(release.name, { since })) continue;
      shown[feature] = feature === 'multicluster' ? multicluster.enable : enabled.has(feature);
    }
    return json(shown);
  }
  const options: JsonObject = {
    agentImage: 'kubesphere/tower:v1.0',
    clusterControllerResyncPeriod: resyncPeriod,
    hostClusterName: multicluster.hostClusterName,
    ...(multicluster.clusterRole !== 'none' && { clusterRole: multicluster.clusterRole }),
  };
  return json({ multicluster: options });
}

/** `GET /configs/gpu/kinds`: none are configured. */
export function getGpuKinds(): Reply {
  return json(null);
}
