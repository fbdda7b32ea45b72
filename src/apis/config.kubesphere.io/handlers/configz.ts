import { digString, type JsonObject } from '../../../core/json.js';
import { inRange, type ReleaseName } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import type { World } from '../../../state/world.js';

const configMaps = { group: '', plural: 'configmaps' };
/** Nanoseconds between two looks at each cluster. */
const resyncPeriod = 900_000_000_000;

/** Features of 3.x that are there whatever is configured. */
const always = new Set([
  'authentication',
  'authorization',
  'cache',
  'kubernetes',
  'openpitrix',
  'openpitrix.appstore',
  'terminal',
]);
/** Features named other than the section of the configuration that switches them on. */
const sections: Readonly<Record<string, string>> = {
  'network.ippool': 'network',
};
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
  ['network.ippool', 'v3.1'],
  ['network.topology', 'v3.3'],
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
export function getConfigz({ release, world, cluster }: RequestContext): Reply {
  const { multicluster } = world.settings;
  if (!inRange(release.name, { since: 'v4.1' })) return json(featuresOf(release.name, world));
  const role = cluster.isHost ? multicluster.clusterRole : 'member';
  const options: JsonObject = {
    agentImage: 'kubesphere/tower:v1.0',
    clusterControllerResyncPeriod: resyncPeriod,
    hostClusterName: multicluster.hostClusterName,
    ...(role !== 'none' && { clusterRole: role }),
  };
  return json({ multicluster: options });
}

/** What is configured is on: a section of the ConfigMap `kubesphere-config` is enough. */
function featuresOf(release: ReleaseName, world: World): JsonObject {
  const stored = world.host.store.find(configMaps, 'kubesphere-system', 'kubesphere-config')?.object;
  const text = digString(stored, 'data', 'kubesphere.yaml');
  const configured = new Set([...text.matchAll(/^(\w+):/gm)].map(([, section]) => section));
  const isOn = (feature: string): boolean =>
    feature === 'multicluster'
      ? world.settings.multicluster.enable
      : always.has(feature) || configured.has(sections[feature] ?? feature);
  const known = features.filter(([, since]) => inRange(release, { since }));
  return Object.fromEntries(known.map(([feature]) => [feature, isOn(feature)]));
}

/** `GET /configs/gpu/kinds`: none are configured. */
export function getGpuKinds(): Reply {
  return json(null);
}
