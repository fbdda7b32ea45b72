import { dig, digObject, digString, isJsonObject, type Json, type JsonObject } from './json.js';
import { readYamlText } from './read-yaml-text.js';
import { inRange, type ReleaseName } from './release.js';

/** Key of the ConfigMap `kubesphere-config` that holds the configuration of KubeSphere's servers. */
export const configurationKey = 'kubesphere.yaml';

/** A part of 3.x that works only where the configuration says where its backend is. */
export type Backend = 'alerting' | 'auditing' | 'devops' | 'events' | 'logging' | 'monitoring';

const newest = new Map<string, JsonObject>();
const mostRemembered = 20;

/**
 * The sections of `kubesphere.yaml`. Texts as installers write them are read without the YAML library; of those only the
 * members of each section are there, and what lies deeper is told by the texts `...`.
 *
 * @throws Error for what is no YAML or no mapping
 */
export function sectionsOf(text: string): JsonObject {
  const known = newest.get(text);
  if (known !== undefined) return known;
  const sections = plainSections(text) ?? readConfigurationText(text);
  if (newest.size >= mostRemembered) newest.clear();
  newest.set(text, sections);
  return sections;
}

/**
 * All that `kubesphere.yaml` says. A key may be there twice, as installers of 3.3 write their clients behind those of an
 * operator.
 *
 * @throws Error for what is no YAML or no mapping
 */
export function readConfigurationText(text: string): JsonObject {
  const read = readYamlText(text, true);
  if (read === null) return {};
  if (!isJsonObject(read)) throw new Error('must be a mapping of sections such as "authentication:"');
  return read;
}

/** `undefined` when there is more in the text than block mappings, nested or not. */
function plainSections(text: string): JsonObject | undefined {
  const sections: Record<string, Record<string, Json>> = {};
  let section: Record<string, Json> | undefined;
  let member = '';
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [, indent = '', name = '', value = ''] =
      /^( *)(?:- )?([A-Za-z]+):(?: ("[^"\\]*"|[A-Za-z0-9/][^#"]*))?$/.exec(line) ?? [];
    if (name === '' && !/^ {4,}- "[^"]*"$/.test(line)) return undefined;
    if (indent === '' && name !== '') {
      if (value !== '') return undefined;
      section = sections[name] = {};
    } else if (section === undefined) {
      return undefined;
    } else if (indent.length > 2 || name === '') {
      section[member] = '...';
    } else {
      member = name;
      section[name] = value === 'true' || value === 'false' ? value === 'true' : value.replace(/^"|"$/g, '');
    }
  }
  return sections;
}

/** Which members of a section say where a backend is: one of them is enough. */
const places: Readonly<Record<string, readonly string[]>> = {
  alerting: ['endpoint', 'prometheusEndpoint', 'thanosRulerEndpoint'],
  auditing: ['host'],
  devops: ['host'],
  edgeruntime: ['endpoint'],
  events: ['host'],
  kubeedge: ['endpoint'],
  logging: ['host'],
  monitoring: ['endpoint'],
  notification: ['endpoint'],
  redis: ['host'],
  s3: ['endpoint'],
  servicemesh: ['istioPilotHost', 'servicemeshPrometheusHost', 'jaegerQueryHost'],
  sonarQube: ['host'],
};

/**
 * Tells whether a configuration says where a backend is.
 *
 * @see kubesphere/kubesphere pkg/apiserver/config/config.go stripEmptyOptions
 */
export function isPlaced(sections: JsonObject, section: string): boolean {
  const given = digObject(sections, section);
  return (places[section] ?? []).some((member) => isText(given[member]));
}

/**
 * Tells whether a server of 3.x has a backend to ask: of others nothing is served. DevOps is a server of its own from 3.2
 * on, reached at `devops.endpoint`; `devops.host`, its Jenkins, is what is looked at before.
 *
 * @param text `kubesphere.yaml` as the server read it; `undefined` when nothing is known of it: then it has all of them
 * @see kubesphere/kubesphere pkg/apiserver/apiserver.go installKubeSphereAPIs, cmd/ks-apiserver/app/options/options.go
 */
export function hasBackend(text: string | undefined, release: ReleaseName, backend: Backend): boolean {
  if (text === undefined || !inRange(release, { since: 'v3.0', until: 'v3.4' })) return true;
  const sections = sectionsOf(text);
  if (backend === 'devops' && inRange(release, { since: 'v3.3' }))
    return digString(sections, 'devops', 'endpoint') !== '';
  if (backend === 'alerting') {
    // The older alerting of `endpoint` is another server's.
    return ['prometheusEndpoint', 'thanosRulerEndpoint'].some((member) =>
      isText(dig(sections, 'alerting', member)),
    );
  }
  return isPlaced(sections, backend);
}

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== '';
}
