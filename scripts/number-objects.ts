import type { KubeObject, ObjectMeta } from '../src/core/kube-object.js';
import { flat, uidOf } from '../src/generate/identity.js';
import type { Platform } from '../src/generate/platform.js';
import { groupOf, type Catalog } from '../src/registry/catalog.js';

/** When the compiled objects were last touched; heartbeats and events are moved to the present at start. */
export const compiledAt = '2024-06-03T10:00:00Z';

/** Lowest resourceVersion given out; node3 of the guides carries 84170589, the highest of all. */
const firstVersion = 84_120_000;
/** Steps between versions: other things happen in a cluster too. */
const stride = 37;

/** Gives every object what the store would: uid, resourceVersion, creationTimestamp, and selfLink where it still existed. */
export function numbered(
  objects: readonly KubeObject[],
  cluster: string,
  platform: Platform,
  catalog: Catalog,
): KubeObject[] {
  return objects.map((object, at) => {
    const { metadata } = object;
    const complete: ObjectMeta = {
      name: metadata.name,
      ...(metadata.generateName !== undefined && { generateName: metadata.generateName }),
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      ...(hasSelfLink(object, platform) && { selfLink: selfLink(object, catalog) }),
      uid: metadata.uid ?? objectUid(cluster, object),
      resourceVersion: metadata.resourceVersion ?? String(firstVersion + at * stride),
      ...(metadata.generation !== undefined && { generation: metadata.generation }),
      creationTimestamp: metadata.creationTimestamp ?? compiledAt,
      ...(metadata.labels && { labels: sorted(metadata.labels) }),
      ...(metadata.annotations && { annotations: sorted(metadata.annotations) }),
      ...(metadata.ownerReferences && { ownerReferences: metadata.ownerReferences }),
      ...(metadata.finalizers && { finalizers: metadata.finalizers }),
    };
    const { kind, apiVersion, metadata: _metadata, ...rest } = object;
    return { kind, apiVersion, metadata: complete, ...rest };
  });
}

/** The uid of an object that has none of its own. @param cluster Name of the cluster it is in. */
export function objectUid(
  cluster: string,
  { kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>,
): string {
  return uidOf(flat(cluster, '/', kind, '/', metadata.namespace ?? '', '/', metadata.name));
}

const firstMinorWithoutSelfLink = 20;
/** Kubernetes of 3.3, the latest release whose guide prints node3. */
const lastMinorOfGuides = 23;

/** Guides of all releases print the same node3, so it keeps its selfLink where Kubernetes no longer gave one. */
function hasSelfLink({ kind, metadata }: KubeObject, { minor }: Platform): boolean {
  const isGuided = kind === 'Node' && metadata.name === 'node3' && minor <= lastMinorOfGuides;
  return minor < firstMinorWithoutSelfLink || isGuided;
}

function selfLink(object: KubeObject, catalog: Catalog): string {
  const { apiVersion, kind, metadata } = object;
  const root = groupOf(apiVersion) === '' ? '/api/' : '/apis/';
  const inside = metadata.namespace === undefined ? '' : flat('/namespaces/', metadata.namespace);
  const plural = catalog.byKind(apiVersion, kind)?.plural ?? '';
  return flat(root, apiVersion, inside, '/', plural, '/', metadata.name);
}

/** Maps are kept by key: Go prints them so. */
function sorted(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
