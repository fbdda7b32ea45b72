import { digObject, digString, type JsonObject } from '../../core/json.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import { configurationKey, isPlaced, sectionsOf } from '../../core/server-configuration.js';
import type { World } from '../../state/world.js';

const configMaps = { group: '', plural: 'configmaps' };

/** Features of 3.x that are there whatever is configured, as their options have defaults. */
const always = new Set([
  'authentication',
  'authorization',
  'cache',
  'gateway',
  'kubernetes',
  'metering',
  'openpitrix',
  'terminal',
]);
const features = [
  ['alerting', 'v3.0'],
  ['auditing', 'v3.0'],
  ['authentication', 'v3.0'],
  ['authorization', 'v3.0'],
  ['cache', 'v3.3'],
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
  ['network.topology', 'v3.1'],
  ['notification', 'v3.0'],
  ['openpitrix', 'v3.0'],
  ['openpitrix.appstore', 'v3.1'],
  ['redis', 'v3.0'],
  ['s3', 'v3.0'],
  ['servicemesh', 'v3.0'],
  ['sonarqube', 'v3.0'],
  ['terminal', 'v3.1'],
] as const;
/** Of the in-memory cache that is there without a server; before 3.3 a Redis has to be configured. */
const untilCache = 'v3.1';

/**
 * What a 3.x has switched on, by name: what its configuration says where to find. Topologies are left out where nothing is
 * said of networks.
 *
 * @see kubesphere/kubesphere pkg/apiserver/config/config.go ToMap
 */
export function featuresOf(world: World): JsonObject {
  const { name: release } = world.release;
  const stored = world.host.store.find(configMaps, 'kubesphere-system', 'kubesphere-config')?.object;
  const text = world.settings.configuration ?? digString(stored, 'data', configurationKey);
  const sections = sectionsOf(text);
  const known = features.filter(
    ([feature, since]) =>
      inRange(release, { since, ...(feature === 'redis' && { until: untilCache }) }) &&
      (feature !== 'network.topology' || hasNetwork(sections)),
  );
  return Object.fromEntries(
    known.map(([feature]) => [
      feature,
      feature === 'multicluster' ? world.settings.multicluster.enable : isOn(feature, sections, release),
    ]),
  );
}

function isOn(feature: string, sections: JsonObject, release: ReleaseName): boolean {
  const { enableNetworkPolicy, ippoolType = 'none', weaveScopeHost = '' } = digObject(sections, 'network');
  switch (feature) {
    case 'network':
      return enableNetworkPolicy === true;
    case 'network.ippool':
      return hasNetwork(sections) && ippoolType !== 'none';
    case 'network.topology':
      return weaveScopeHost !== '';
    case 'openpitrix.appstore':
      return Object.keys(digObject(sections, 'openpitrix')).length > 0;
    case 'openpitrix':
      return inRange(release, { since: 'v3.1' }) || Object.keys(digObject(sections, 'openpitrix')).length > 0;
    case 'gpu':
      return digObject(sections, 'gpu')['kinds'] !== undefined;
    case 'sonarqube':
      return isPlaced(sections, 'sonarQube');
    default:
      return always.has(feature) || isPlaced(sections, feature);
  }
}

/** Options of networks that say nothing count as none. */
function hasNetwork(sections: JsonObject): boolean {
  const { enableNetworkPolicy, ippoolType = 'none', weaveScopeHost = '' } = digObject(sections, 'network');
  return enableNetworkPolicy === true || ippoolType !== 'none' || weaveScopeHost !== '';
}
