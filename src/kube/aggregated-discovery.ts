import type { JsonObject } from '../core/json.js';
import type { KindCatalog, Resource } from '../registry/contract.js';
import { groupVersions, servedAt } from './discovery.js';

/** Versions of the form of discovery in which one answer tells all. */
export type AggregatedVersion = 'v2' | 'v2beta1';

/** The version a clause of an Accept header asks for; `undefined` when it asks for something else. */
export function aggregatedVersion(parameters: ReadonlyMap<string, string>): AggregatedVersion | undefined {
  if (parameters.get('as') !== 'APIGroupDiscoveryList' || parameters.get('g') !== 'apidiscovery.k8s.io')
    return undefined;
  const version = parameters.get('v');
  // "nopeer" asks one server of many about itself; there is only one here.
  const profile = parameters.get('profile');
  if (profile !== undefined && profile !== 'nopeer') return undefined;
  return version === 'v2' || version === 'v2beta1' ? version : undefined;
}

/** Content-Type of such an answer: by it clients choose how to read it. */
export function aggregatedType(version: AggregatedVersion): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

/**
 * Everything served below `/api`, or below `/apis`, in one answer.
 *
 * @see kubernetes/apiserver pkg/endpoints/discovery/aggregated/handler.go
 */
export function aggregatedDiscovery(
  catalog: KindCatalog,
  root: 'api' | 'apis',
  version: AggregatedVersion,
): JsonObject {
  const groups = [...groupVersions(catalog)].filter(([group]) => (group === '') === (root === 'api'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(([group, versions]) => ({
      metadata: { ...(group !== '' && { name: group }), creationTimestamp: null },
      versions: versions.map((one) => ({
        version: one,
        resources: kindsOf(catalog, group, one).map((resource) => entry(resource, one)),
        freshness: 'Current',
      })),
    })),
  };
}

function kindsOf(catalog: KindCatalog, group: string, version: string): readonly Resource[] {
  return [...servedAt(catalog, group, version)].sort((a, b) => (a.plural < b.plural ? -1 : 1));
}

function entry(resource: Resource, version: string): JsonObject {
  const { group, kind, plural, singular, namespaced, shortNames, categories, subresources } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: resource.defined?.shownVerbs ?? resource.verbs,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
    ...(subresources && {
      subresources: [...subresources]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((one) => ({ subresource: one.name, responseKind: kindOf(one), verbs: one.verbs })),
    }),
  };
}

function kindOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): JsonObject {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash === -1 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind,
  };
}
