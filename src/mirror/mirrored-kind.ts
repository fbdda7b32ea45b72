import type { GroupResource } from '../core/api-error.js';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { KindCatalog, Resource } from '../registry/contract.js';
import type { KubernetesClient } from './kubernetes-client.js';

/** A kind the Kubernetes underneath serves and this server knows. */
export interface MirroredKind {
  readonly resource: Resource;
  readonly apiVersion: string;
  /** Path of its group-version, such as `/apis/apps/v1`. */
  readonly root: string;
  /** True when writes of its status go to an endpoint of their own. */
  readonly hasStatus: boolean;
}

/** What a kind is called among all kinds. */
export function kindKey({ group, plural }: GroupResource): string {
  return `${plural}.${group}`;
}

/** What an object is called among all objects. */
export function keyOf(
  { resource }: { readonly resource: GroupResource },
  { namespace = '', name }: { readonly namespace?: string | undefined; readonly name: string },
): string {
  return `${kindKey(resource)} ${namespace}/${name}`;
}

/** What is told of an object over there, under the kind and apiVersion it is kept under here. */
export function asKeptHere({ resource, apiVersion }: MirroredKind, told: Json | undefined): KubeObject {
  const object = isJsonObject(told) ? told : {};
  const { kind: _, apiVersion: __, metadata: ___, ...rest } = object;
  const isRead = !resource.custom || resource.group === '' || resource.defined?.conversion !== undefined;
  const kept = isRead ? apiVersion : `${resource.group}/${resource.versions[0] ?? ''}`;
  return {
    kind: resource.kind,
    apiVersion: kept,
    metadata: digObject(object, 'metadata') as unknown as KubeObject['metadata'],
    ...rest,
  };
}

/** Path of a kind's objects, of one of them, or of a part of one. */
export function pathOf(
  { root, resource }: MirroredKind,
  namespace: string | undefined,
  name = '',
  part = '',
): string {
  const scope =
    namespace === undefined || namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const object = name === '' ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${resource.plural}${object}${part === '' ? '' : `/${part}`}`;
}

/**
 * The kinds both sides know, each in the first of our versions that is served.
 *
 * @throws ApiError when discovery cannot be read
 */
export async function discoverKinds(
  client: KubernetesClient,
  catalog: KindCatalog,
): Promise<readonly MirroredKind[]> {
  const groups = await client.send('GET', '/apis');
  const versions = digArray(groups, 'groups').flatMap((group) =>
    digArray(group, 'versions').map((version) => digString(version, 'groupVersion')),
  );
  const known = new Set(catalog.resources.map(({ group }) => group));
  const wanted = ['v1', ...versions].filter((version) => known.has(groupOf(version)));
  const lists = await Promise.all(
    wanted.map((version) => client.send('GET', version === 'v1' ? '/api/v1' : `/apis/${version}`)),
  );
  const found = new Map<Resource, MirroredKind>();
  for (const [at, apiVersion] of wanted.entries()) {
    const list = lists[at] ?? {};
    for (const entry of digArray(list, 'resources')) {
      const kind = mirrored(catalog, apiVersion, entry, list);
      if (kind === undefined) continue;
      const before = found.get(kind.resource);
      if (before === undefined || rank(kind) < rank(before)) found.set(kind.resource, kind);
    }
  }
  return [...found.values()];
}

function mirrored(
  catalog: KindCatalog,
  apiVersion: string,
  entry: unknown,
  list: JsonObject,
): MirroredKind | undefined {
  if (!isJsonObject(entry)) return undefined;
  const verbs = digArray(entry, 'verbs');
  if (!verbs.includes('list') || !verbs.includes('watch')) return undefined;
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const plural = digString(entry, 'name');
  const resource = catalog.find(groupOf(apiVersion), version, plural);
  if (resource === undefined) return undefined;
  const hasStatus = digArray(list, 'resources').some((one) => digString(one, 'name') === `${plural}/status`);
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return { resource, apiVersion, root, hasStatus };
}

function rank({ resource, apiVersion }: MirroredKind): number {
  return resource.versions.indexOf(apiVersion.slice(apiVersion.indexOf('/') + 1));
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
