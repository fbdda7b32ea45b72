import { digString, type JsonObject } from '../../core/json.js';
import { inRange } from '../../core/release.js';
import type { World } from '../../state/world.js';

const configMaps = { group: '', plural: 'configmaps' };

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
 * What a 3.x has switched on, by name. What is configured is: a section of the ConfigMap `kubesphere-config` is enough.
 *
 * @see kubesphere/kubesphere pkg/apiserver/config/config.go ToMap
 */
export function featuresOf(world: World): JsonObject {
  const stored = world.host.store.find(configMaps, 'kubesphere-system', 'kubesphere-config')?.object;
  const text = digString(stored, 'data', 'kubesphere.yaml');
  const configured = new Set([...text.matchAll(/^(\w+):/gm)].map(([, section]) => section));
  const isOn = (feature: string): boolean =>
    feature === 'multicluster'
      ? world.settings.multicluster.enable
      : always.has(feature) || configured.has(sections[feature] ?? feature);
  const known = features.filter(([, since]) => inRange(world.release.name, { since }));
  return Object.fromEntries(known.map(([feature]) => [feature, isOn(feature)]));
}
