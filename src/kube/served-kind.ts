import type { KubeObject } from '../core/kube-object.js';
import { inRange, type ReleaseName } from '../core/release.js';
import type { Resource } from '../registry/contract.js';

/** A kind at one of its versions, as a request names it. */
export interface ServedKind {
  readonly resource: Resource;
  readonly version: string;
  readonly release: ReleaseName;
}

/** `group/version` of a kind. */
export function apiVersionOf({ resource, version }: Pick<ServedKind, 'resource' | 'version'>): string {
  return resource.group === '' ? version : `${resource.group}/${version}`;
}

/** Until Kubernetes 1.20 every object told where it is. */
function tellsLinks({ release }: Pick<ServedKind, 'release'>): boolean {
  return inRange(release, { until: 'v3.0' });
}

/**
 * What tells bytes made of an object for one kind from those made for others: objects that every cluster begins with are
 * shared by servers of all releases.
 */
export function formName(kind: ServedKind): string {
  const { defined } = kind.resource;
  return `${kind.version}${defined === undefined ? '' : ` ${defined.id}`}${tellsLinks(kind) ? ' linked' : ''}`;
}

/** An object with its link, where the release's Kubernetes tells it. */
export function linkedObject(object: KubeObject, kind: ServedKind): KubeObject {
  if (!tellsLinks(kind)) return object;
  const { name, namespace = '' } = object.metadata;
  const selfLink = `${collectionPath(kind, namespace)}/${name}`;
  return { ...object, metadata: { ...object.metadata, selfLink } };
}

/** Path of the objects of a kind, in one namespace or in all. */
export function collectionPath(kind: ServedKind, namespace: string): string {
  const root = kind.resource.group === '' ? '/api' : '/apis';
  const scope = namespace === '' ? '' : `/namespaces/${namespace}`;
  return `${root}/${apiVersionOf(kind)}${scope}/${kind.resource.plural}`;
}

/** The Go struct of a native kind; `undefined` for custom resources, which are maps. */
export function structOf({ resource, version }: ServedKind): string | undefined {
  return resource.custom ? undefined : resource.types?.[version];
}
