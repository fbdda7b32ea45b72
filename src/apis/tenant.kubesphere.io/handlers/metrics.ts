import type { GroupResource } from '../../../core/api-error.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { managedLabel, workspaceLabel } from '../../../core/well-known-keys.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { page } from '../../../registry/entity-reply.js';
import { vectors, type Counter } from '../../../registry/vectors.js';
import type { StoredObject } from '../../../state/object-store.js';
import { visibleClusters, visibleNamespaces, visibleWorkspaces } from '../../../rbac/visible.js';
import { workspaces } from './workspaces.js';

const users = { group: 'iam.kubesphere.io', plural: 'users' };
const workspaceRoles = { group: 'iam.kubesphere.io', plural: 'workspaceroles' };
const workspaceRoleBindings = { group: 'iam.kubesphere.io', plural: 'workspacerolebindings' };
const installPlans = { group: 'kubesphere.io', plural: 'installplans' };
const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const namespaces = { group: '', plural: 'namespaces' };

/** `GET /metrics`: how much there is on the platform; counts of 0 for workspaces and clusters are left out. */
export function platformMetrics(context: RequestContext): Reply {
  const { store } = context.cluster;
  const managed = visibleClusters(context).filter(({ object }) => label(object, managedLabel) === 'true');
  const counters: Counter[] = [['platform_user_count', count(context, users, store.list(users))]];
  if (mayListInstallPlans(context)) {
    counters.push(['platform_installplan_count', count(context, installPlans, store.list(installPlans))]);
  }
  const scarce: Counter[] = [
    ['platform_workspace_count', count(context, workspaces, visibleWorkspaces(context, workspaces))],
    ['platform_cluster_count', count(context, clusters, managed)],
  ];
  return vectors(context, [...counters, ...scarce.filter(([, found]) => found > 0)]);
}

function mayListInstallPlans({ user, authorize }: RequestContext): boolean {
  const { group: apiGroup, plural: resource } = installPlans;
  return authorize({ user, verb: 'list', apiGroup, resource, scope: 'Cluster' }).allowed;
}

/** `GET /workspaces/{workspace}/metrics`: how much there is in a workspace. */
export function workspaceMetrics(context: RequestContext): Reply {
  const workspace = context.params['workspace'] ?? '';
  const belongs = ({ object }: { readonly object: KubeObject }): boolean =>
    label(object, workspaceLabel) === workspace;
  const inWorkspace = (kind: GroupResource): number =>
    count(context, kind, context.cluster.store.list(kind).filter(belongs));
  const visible = visibleNamespaces(context, context.user, workspace);
  return vectors(context, [
    ['workspace_workspacerolebinding_count', inWorkspace(workspaceRoleBindings)],
    ['workspace_workspacerole_count', inWorkspace(workspaceRoles)],
    ['workspace_namespace_count', count(context, namespaces, visible)],
  ]);
}

/** How many of these the query selects, on all pages. */
function count(context: RequestContext, kind: GroupResource, found: readonly StoredObject[]): number {
  return page(context, kind, found, {}).total;
}
