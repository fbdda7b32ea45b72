import type { ReleaseName } from '../core/release.js';

/** What a release has no more, though the document that is published for it still says so. */
const dropped = new Set([
  'v4.1 POST /kapis/config.kubesphere.io/v1alpha2/configs/theme',
  'v3.4 POST /kapis/iam.kubesphere.io/v1alpha2/login',
]);
/** What documents of kinds say of every kind, and is not so: definitions of workspaces have no status of their own. */
const neverThere = /^\w+ \/apis\/tenant\.kubesphere\.io\/v1\w+\/workspaces\/{name}\/status$/;
/** Pipelines are in DevOps projects, which documents of kinds forget: without one they can only be listed and watched. */
const withoutPlace = /^\w+ \/apis\/devops\.kubesphere\.io\/v1alpha3\/pipelines(?=\/|$)/;
const list = /^GET \/apis\/devops\.kubesphere\.io\/v1alpha3\/pipelines$/;

/**
 * Tells whether a real server of a release refuses an operation for good, whatever its document says.
 *
 * @param operation Method and path template
 */
export function isNeverServed(release: ReleaseName, operation: string): boolean {
  return dropped.has(`${release} ${operation}`) || neverThere.test(operation) || isPlaceless(operation);
}

/**
 * Tells whether a request leaves out the namespace that Kubernetes wants: whatever its method, there is no such page.
 *
 * @param operation Method and path
 */
export function isPlaceless(operation: string): boolean {
  return withoutPlace.test(operation) && !list.test(operation);
}
