import { label, type KubeObject } from '../../../core/kube-object.js';
import { managedLabel, workspaceLabel } from '../../../core/well-known-keys.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import { visibleClusters, visibleNamespaces, visibleWorkspaces } from './visible.js';
import { workspaces } from './workspaces.js';

const iam = 'iam.kubesphere.io';

/** `GET /metrics`: how much there is on the platform; counts of 0 for workspaces and clusters are left out. */
export function platformMetrics(context: RequestContext): Reply {
  const { user, cluster } = context;
  const results = [['platform_user_count', cluster.store.count({ group: iam, plural: 'users' })]] as [
    string,
    number,
  ][];
  const mayList = {
    user,
    verb: 'list',
    apiGroup: 'kubesphere.io',
    resource: 'installplans',
    scope: 'Cluster',
  } as const;
  if (context.authorize(mayList).allowed) {
    results.push([
      'platform_installplan_count',
      cluster.store.count({ group: 'kubesphere.io', plural: 'installplans' }),
    ]);
  }
  const workspaceCount = visibleWorkspaces(context, workspaces).length;
  if (workspaceCount > 0) results.push(['platform_workspace_count', workspaceCount]);
  const managed = visibleClusters(context).filter(
    ({ object }) => label(object, managedLabel) === 'true',
  ).length;
  if (managed > 0) results.push(['platform_cluster_count', managed]);
  return vectors(context, results);
}

/** `GET /workspaces/{workspace}/metrics`: how much there is in a workspace. */
export function workspaceMetrics(context: RequestContext): Reply {
  const { store } = context.cluster;
  const workspace = context.params['workspace'] ?? '';
  const belongs = ({ object }: { readonly object: KubeObject }): boolean =>
    label(object, workspaceLabel) === workspace;
  return vectors(context, [
    [
      'workspace_workspacerolebinding_count',
      store.list({ group: iam, plural: 'workspacerolebindings' }).filter(belongs).length,
    ],
    [
      'workspace_workspacerole_count',
      store.list({ group: iam, plural: 'workspaceroles' }).filter(belongs).length,
    ],
    ['workspace_namespace_count', visibleNamespaces(context, context.user, workspace).length],
  ]);
}

/** Counters as Prometheus vectors; moment and count are both whole numbers. */
function vectors(
  { world }: RequestContext,
  counters: readonly (readonly [name: string, count: number])[],
): Reply {
  const now = world.clock.seconds();
  return json({
    results: counters.map(([name, count]) => ({
      metric_name: name,
      data: { resultType: 'vector', result: [{ value: [now, count] }] },
    })),
  });
}
