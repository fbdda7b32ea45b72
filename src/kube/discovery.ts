import { digString, type JsonObject } from '../core/json.js';
import type { KindCatalog, Resource } from '../registry/contract.js';

/** `GET /api`. @see kubernetes/apiserver pkg/endpoints/discovery/legacy.go */
export function apiVersions(address: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** `GET /apis`: every group but the core one, Kubernetes' own first. */
export function apiGroupList(catalog: KindCatalog): JsonObject {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...groupVersions(catalog).keys()]
      .filter((name) => name !== '')
      .map((name) => groupEntry(catalog, name)),
  };
}

/** `GET /apis/G`; `undefined` when there is no such group. */
export function apiGroup(catalog: KindCatalog, name: string): JsonObject | undefined {
  if (name === '' || !groupVersions(catalog).has(name)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(catalog, name) };
}

/** `GET /api/v1` or `/apis/G/V`; `undefined` when there is no such version. */
export function apiResourceList(
  catalog: KindCatalog,
  group: string,
  version: string,
): JsonObject | undefined {
  const served = servedAt(catalog, group, version);
  if (served.length === 0) return undefined;
  const resources = served
    .flatMap((resource) => [entry(resource), ...subresourceEntries(resource, version)])
    .sort((a, b) => (digString(a, 'name') < digString(b, 'name') ? -1 : 1));
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources,
  };
}

/** The kinds of a group as they are at a version. */
export function servedAt(catalog: KindCatalog, group: string, version: string): readonly Resource[] {
  return catalog.resources
    .filter((resource) => resource.group === group && resource.versions.includes(version))
    .map((resource) => catalog.find(group, version, resource.plural) ?? resource);
}

/** The groups with their versions, the preferred first, in the order of discovery. */
export function groupVersions({ resources }: KindCatalog): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { group, versions } of inOrder(resources)) {
    const before = found.get(group) ?? [];
    found.set(group, [...before, ...versions.filter((version) => !before.includes(version))]);
  }
  for (const versions of found.values()) versions.sort(newestFirst);
  return found;
}

/** Kubernetes' own kinds first, then the others by group. */
function inOrder(resources: readonly Resource[]): readonly Resource[] {
  const custom = resources.filter((resource) => resource.custom);
  custom.sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0));
  return [...resources.filter((resource) => !resource.custom), ...custom];
}

const versionForm = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const maturity = ['alpha', 'beta', undefined];

/** Orders versions: finished ones before betas before alphas, higher numbers first. @see kubernetes/apimachinery pkg/version/helpers.go */
export function newestFirst(a: string, b: string): number {
  const [left, right] = [versionForm.exec(a), versionForm.exec(b)];
  if (left === null || right === null) return a < b ? -1 : 1;
  return (
    maturity.indexOf(right[2]) - maturity.indexOf(left[2]) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}

function groupEntry(catalog: KindCatalog, name: string): JsonObject {
  const versions = groupVersions(catalog).get(name) ?? [];
  const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] ?? null };
}

function entry(resource: Resource): JsonObject {
  const { plural, singular, namespaced, kind, shortNames, categories } = resource;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: resource.defined?.shownVerbs ?? resource.verbs,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
  };
}

function subresourceEntries(resource: Resource, version: string): JsonObject[] {
  const own = resource.group === '' ? version : `${resource.group}/${version}`;
  return (resource.subresources ?? []).map(({ name, kind, apiVersion, verbs }) => {
    const slash = apiVersion.indexOf('/');
    const elsewhere = apiVersion !== own;
    return {
      name: `${resource.plural}/${name}`,
      singularName: '',
      namespaced: resource.namespaced,
      ...(elsewhere && slash !== -1 && { group: apiVersion.slice(0, slash) }),
      ...(elsewhere && { version: apiVersion.slice(slash + 1) }),
      kind,
      verbs,
    };
  });
}
