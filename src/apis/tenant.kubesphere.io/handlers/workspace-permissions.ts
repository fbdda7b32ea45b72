import { ApiError, notFound } from '../../../core/api-error.js';
import { digString } from '../../../core/json.js';
import { label } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import { clusterVisibilityLabel } from '../../../core/well-known-keys.js';
import { findBindings } from '../../../rbac/find-bindings.js';
import type { RequestContext } from '../../../registry/contract.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const clusterAdmin = 'cluster-admin';

/** Refuses callers that may not delete workspace templates: the right that managing others' takes. @throws ApiError 403 */
export function assertMayManage(context: RequestContext, name: string): void {
  const { allowed, reason } = context.authorize({
    user: context.user,
    verb: 'delete',
    apiGroup: 'tenant.kubesphere.io',
    resource: 'workspacetemplates',
    scope: 'Global',
  });
  if (allowed) return;
  const text = `workspacetemplates.tenant.kubesphere.io "${name}" is forbidden: ${reason}`;
  throw new ApiError(403, 'Forbidden', text);
}

/**
 * Refuses clusters the caller may not place workspaces on: not public, and the caller neither may delete clusters nor
 * is cluster-admin there.
 *
 * @throws ApiError 404 for a cluster that does not exist, 403
 */
export function assertMayUseClusters(context: RequestContext, names: readonly string[]): void {
  const { user, cluster, release } = context;
  for (const name of names) {
    const found = cluster.store.find(clusters, undefined, name)?.object;
    if (found === undefined) {
      const kind = inRange(release.name, { since: 'v4.1' }) ? 'Cluster' : 'cluster';
      throw notFound({ group: clusters.group, plural: kind }, name);
    }
    if (label(found, clusterVisibilityLabel) === 'public') continue;
    const right = {
      user,
      verb: 'delete',
      apiGroup: clusters.group,
      resource: 'clusters',
      scope: 'Global',
    } as const;
    if (context.authorize(right).allowed || isClusterAdmin(context, name)) continue;
    const text = `clusters.cluster.kubesphere.io "${name}" is forbidden: user is not allowed to use the cluster ${name}`;
    throw new ApiError(403, 'Forbidden', text);
  }
}

function isClusterAdmin({ world, user, release }: RequestContext, name: string): boolean {
  const isHost = name === world.settings.multicluster.hostClusterName;
  const store = isHost ? world.host.store : world.clusters.get(name)?.store;
  if (store === undefined) return false;
  return findBindings(store, release.name, { scope: 'cluster', user: user.name, groups: user.groups }).some(
    (binding) => digString(binding, 'roleRef', 'name') === clusterAdmin,
  );
}
