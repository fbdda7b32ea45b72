import { digString, type JsonObject } from '../../core/json.js';
import type { ReleaseName } from '../../core/release.js';
import type { KindCatalog, Resource } from '../../registry/contract.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';
import { kindsIn } from '../custom-resources/cluster-catalog.js';
import { definitions } from '../custom-resources/definition.js';
import { isDefined } from '../custom-resources/own/own-hooks.js';
import { byName, installedObject, type InstalledBody } from './installed-object.js';

/** The kind APIServices are, as `GroupResource`. */
export const apiServices = { group: 'apiregistration.k8s.io', plural: 'apiservices' };
/** Says which loop of kube-apiserver keeps an APIService: `onstart` for its own groups, `true` for those of definitions. */
export const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';

/**
 * Priority of a group, and of its versions in it.
 *
 * @see kubernetes/kubernetes pkg/controlplane/apiserver/aggregator.go DefaultGenericAPIServicePriorities
 */
const priorities: Readonly<Record<string, readonly [number, Readonly<Record<string, number>>]>> = {
  '': [18_000, { v1: 1 }],
  apps: [17_800, { v1: 15 }],
  'events.k8s.io': [17_750, { v1: 15 }],
  'authentication.k8s.io': [17_700, { v1: 15 }],
  'authorization.k8s.io': [17_600, { v1: 15 }],
  autoscaling: [17_500, { v1: 15, v2: 30 }],
  batch: [17_400, { v1: 15 }],
  'certificates.k8s.io': [17_300, { v1: 15 }],
  'networking.k8s.io': [17_200, { v1: 15 }],
  policy: [17_100, { v1: 15 }],
  'rbac.authorization.k8s.io': [17_000, { v1: 15 }],
  'storage.k8s.io': [16_800, { v1: 15 }],
  'apiextensions.k8s.io': [16_700, { v1: 15 }],
  'admissionregistration.k8s.io': [16_700, { v1: 15 }],
  'scheduling.k8s.io': [16_600, { v1: 15 }],
  'coordination.k8s.io': [16_500, { v1: 15 }],
  'node.k8s.io': [16_300, { v1: 15 }],
  'discovery.k8s.io': [16_200, { v1: 15 }],
  'flowcontrol.apiserver.k8s.io': [16_100, { v1: 21 }],
};

/** By the kinds of a release: there is one such catalog per release and process. */
const made = new WeakMap<KindCatalog, readonly StoredObject[]>();

/**
 * Has a cluster begin with an APIService for every version of a group that is served; they are made when somebody first
 * asks for one, for the definitions there are then. Later ones are followed by `controllers/definition-api-services.ts`.
 *
 * @param catalog The kinds of the release.
 */
export function offerApiServices(store: ObjectStore, release: ReleaseName, catalog: KindCatalog): void {
  store.offer(apiServices, (asked) => {
    const { resources } = kindsIn(catalog, asked);
    if (resources !== catalog.resources) return ofVersions(resources, release, asked);
    let known = made.get(catalog);
    if (known === undefined) made.set(catalog, (known = ofVersions(resources, release)));
    return known;
  });
}

/**
 * What is to be registered for definitions, as `kube-apiserver` does.
 *
 * @param resources The kinds that are served.
 * @param group Only for this group; default: for all.
 */
export function definedServices(
  resources: readonly Resource[],
  release: ReleaseName,
  group?: string,
): readonly InstalledBody[] {
  const custom = resources.filter(
    (resource) => isDefined(resource, release) && (group === undefined || resource.group === group),
  );
  return versionsOf(custom).map(([name, version]) => service(name, version, 'true', [1000, 100]));
}

function ofVersions(
  resources: readonly Resource[],
  release: ReleaseName,
  store?: ObjectStore,
): readonly StoredObject[] {
  const native = versionsOf(resources.filter(({ custom }) => !custom)).flatMap(([group, version]) => {
    if (group === 'metrics.k8s.io') return [metricsService(group, version)];
    const [groupMinimum, versions] = priorities[group] ?? [];
    const priority = versions?.[version];
    if (groupMinimum === undefined || priority === undefined) return [];
    return [service(group, version, 'onstart', [groupMinimum, priority])];
  });
  const defined = definedServices(resources, release).map((body) => madeWith(body, store));
  return [...native, ...defined].map(installedObject).sort(byName);
}

/** The APIService of a definition that came later is as old as that. */
function madeWith(body: InstalledBody, store: ObjectStore | undefined): InstalledBody {
  const group = digString(body, 'spec', 'group');
  const definition = store
    ?.list(definitions)
    .find(({ object }) => digString(object, 'spec', 'group') === group);
  const created = definition?.object.metadata.creationTimestamp;
  if (created === undefined || created === null) return body;
  return {
    ...body,
    metadata: { ...body.metadata, creationTimestamp: created },
    status: available(created),
  };
}

function versionsOf(resources: readonly Resource[]): readonly (readonly [string, string])[] {
  const found = new Map<string, readonly [string, string]>();
  for (const { group, versions } of resources)
    for (const version of versions) found.set(`${version}.${group}`, [group, version]);
  return [...found.values()];
}

function service(
  group: string,
  version: string,
  managed: string,
  [groupPriorityMinimum, versionPriority]: readonly [number, number],
): InstalledBody {
  return {
    apiVersion: `${apiServices.group}/v1`,
    kind: 'APIService',
    metadata: { name: `${version}.${group}`, labels: { [managedLabel]: managed } },
    spec: { ...(group !== '' && { group }), version, groupPriorityMinimum, versionPriority },
    status: available('2024-01-10T08:00:00Z'),
  };
}

/** Says that what kube-apiserver answers itself can be asked for. @param since RFC 3339 */
export function available(
  since: string,
  reason = 'Local',
  message = 'Local APIServices are always available',
): JsonObject {
  return {
    conditions: [{ type: 'Available', status: 'True', lastTransitionTime: since, reason, message }],
  };
}

/**
 * Differs from Kubernetes: it is available without the Service it names.
 *
 * @see kubernetes-sigs/metrics-server manifests/base/apiservice.yaml
 */
function metricsService(group: string, version: string): InstalledBody {
  return {
    apiVersion: `${apiServices.group}/v1`,
    kind: 'APIService',
    metadata: { name: `${version}.${group}`, labels: { 'k8s-app': 'metrics-server' } },
    spec: {
      service: { namespace: 'kube-system', name: 'metrics-server', port: 443 },
      group,
      version,
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
    status: available('2024-01-10T08:00:00Z', 'Passed', 'all checks passed'),
  };
}
