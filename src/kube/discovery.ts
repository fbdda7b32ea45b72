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
    groups: groupNames(catalog)
      .filter((name) => name !== '')
      .map((name) => groupEntry(catalog, name)),
  };
}

/** `GET /apis/G`; `undefined` when there is no such group. */
export function apiGroup(catalog: KindCatalog, name: string): JsonObject | undefined {
  if (name === '' || !groupNames(catalog).includes(name)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(catalog, name) };
}

/** `GET /api/v1` or `/apis/G/V`; `undefined` when there is no such version. */
export function apiResourceList(
  catalog: KindCatalog,
  group: string,
  version: string,
): JsonObject | undefined {
  const served = catalog.resources.filter(
    (resource) => resource.group === group && resource.versions.includes(version),
  );
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

function groupNames({ resources }: KindCatalog): string[] {
  return [...new Set(resources.map(({ group }) => group))];
}

function groupEntry({ resources }: KindCatalog, name: string): JsonObject {
  const versions = [
    ...new Set(resources.filter(({ group }) => group === name).flatMap((one) => one.versions)),
  ];
  const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] ?? null };
}

function entry(resource: Resource): JsonObject {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
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
