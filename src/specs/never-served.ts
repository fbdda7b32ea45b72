import type { ReleaseName } from '../core/release.js';
import type { KindCatalog } from '../registry/contract.js';

/** What a release has no more, though the document that is published for it still says so. */
const dropped = new Set([
  'v4.1 POST /kapis/config.kubesphere.io/v1alpha2/configs/theme',
  'v3.4 POST /kapis/iam.kubesphere.io/v1alpha2/login',
]);

/**
 * Tells whether a real server of a release refuses an operation for good, whatever its document says.
 *
 * @param path Of a request, or its template
 * @param catalog The kinds of the release
 */
export function isNeverServed(
  release: ReleaseName,
  method: string,
  path: string,
  catalog: KindCatalog,
): boolean {
  return dropped.has(`${release} ${method} ${path}`) || hasNoPage(method, path, catalog);
}

const ofKind = /^\/apis\/([^/]+)\/([^/]+)\/(namespaces\/[^/]+\/)?([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

/**
 * Tells whether Kubernetes has no page for a request about a kind, whatever the document of the kind says: documents
 * forget the namespace of kinds that have one, without which they can only be listed and watched, and tell of a `status`
 * of its own of kinds whose definitions declare none.
 *
 * @param path Of a request, or its template
 * @see kubernetes/kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go
 */
export function hasNoPage(method: string, path: string, catalog: KindCatalog): boolean {
  const [, group = '', version = '', namespace, plural = '', name, part] = ofKind.exec(path) ?? [];
  if (plural === 'watch') return false;
  const resource = catalog.find(group, version, plural);
  if (resource === undefined) return false;
  if (part !== undefined && resource.subresources?.every((served) => served.name !== part) !== false)
    return true;
  return resource.namespaced && namespace === undefined && !(method === 'GET' && name === undefined);
}
