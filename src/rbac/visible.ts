import { ApiError, notFound } from '../core/api-error.js';
import { annotation, label, type User } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import { grantedClustersAnnotation, workspaceLabel } from '../core/well-known-keys.js';
import { findBindings } from './find-bindings.js';
import type { RequestContext } from '../registry/contract.js';
import type { StoredObject } from '../state/object-store.js';

const users = { group: 'iam.kubesphere.io', plural: 'users' };
const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const namespaces = { group: '', plural: 'namespaces' };

/** A kind of which there is one object per workspace. */
export interface PerWorkspace {
  readonly group: string;
  readonly plural: 'workspaces' | 'workspacetemplates';
}

/**
 * The workspaces, or their templates, that the caller sees: all with the right to list them, else those the caller has
 * a role in. The right must be given in so many words for group `*`.
 *
 * @see kubesphere/kubesphere pkg/models/tenant/tenant.go ListWorkspaces
 */
export function visibleWorkspaces(context: RequestContext, kind: PerWorkspace): readonly StoredObject[] {
  const { user, cluster, release } = context;
  const mayList = { user, verb: 'list', apiGroup: '*', resource: 'workspaces', scope: 'Global' } as const;
  if (context.authorize(mayList).allowed) return cluster.store.list(kind);
  const bindings = findBindings(cluster.store, release.name, {
    scope: 'workspace',
    user: user.name,
    groups: user.groups,
  });
  const found = bindings.flatMap((binding) => {
    const workspace = cluster.store.find(kind, undefined, label(binding, workspaceLabel) ?? '');
    return workspace === undefined ? [] : [workspace];
  });
  return listed(context, found);
}

/**
 * The namespaces somebody sees: all with the right to list them (in the workspace, when one is named), else those they
 * have a role in.
 *
 * @throws ApiError 500 when a binding lies in a namespace that is gone
 */
export function visibleNamespaces(
  context: RequestContext,
  user: User,
  workspace: string,
): readonly StoredObject[] {
  const { cluster, release } = context;
  const scope = workspace === '' ? 'Cluster' : 'Workspace';
  const mayList = { user, verb: 'list', apiGroup: '', resource: 'namespaces', workspace, scope } as const;
  const isInWorkspace = ({ object }: StoredObject): boolean =>
    workspace === '' || label(object, workspaceLabel) === workspace;
  if (context.authorize(mayList).allowed) {
    const all = cluster.store.list(namespaces);
    // The list of a store is passed on as it is: what was worked out about it before hangs on its identity.
    return workspace === '' ? all : all.filter(isInWorkspace);
  }
  const bindings = findBindings(cluster.store, release.name, {
    scope: 'namespace',
    user: user.name,
    groups: user.groups,
  });
  const found = bindings.map((binding) => {
    const name = binding.metadata.namespace ?? '';
    const namespace = cluster.store.find(namespaces, undefined, name);
    if (namespace === undefined)
      throw new ApiError(500, 'InternalError', missingNamespace(context, name).message);
    return namespace;
  });
  return listed(context, found.filter(isInWorkspace));
}

/**
 * The clusters the caller sees: all with the right to list them, else those named in the caller's own annotation.
 *
 * @throws ApiError 500 when the caller is no user of this world
 */
export function visibleClusters(context: RequestContext): readonly StoredObject[] {
  const { user, cluster, release } = context;
  const { store } = cluster;
  const mayList = {
    user,
    verb: 'list',
    apiGroup: clusters.group,
    resource: 'clusters',
    scope: 'Global',
  } as const;
  if (context.authorize(mayList).allowed) return store.list(clusters);
  const caller = store.find(users, undefined, user.name)?.object;
  if (caller === undefined) {
    const kind = inRange(release.name, { since: 'v4.1' }) ? 'User' : 'user';
    const why = notFound({ group: users.group, plural: kind }, user.name).message;
    throw new ApiError(500, 'InternalError', `failed to describe user: ${why}`);
  }
  const granted = (annotation(caller, grantedClustersAnnotation) ?? '').split(',');
  const names = new Set([...granted, ...(asksForBindings(context) ? clustersWithBinding(context) : [])]);
  return [...names].flatMap((name) => store.find(clusters, undefined, name) ?? []);
}

const goBooleans: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

/**
 * `roleBindingExists=true` (4.1) adds the clusters where the caller holds any role in a namespace; who sees all of them is
 * answered before this is read.
 *
 * @throws ApiError 500 for anything else than a boolean
 */
function asksForBindings({ query, release }: RequestContext): boolean {
  const text = query.get('roleBindingExists') ?? '';
  if (text === '' || !inRange(release.name, { since: 'v4.1' })) return false;
  const flag = goBooleans.get(text);
  if (flag !== undefined) return flag;
  throw new ApiError(
    500,
    'InternalError',
    `strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function clustersWithBinding({ world, user, release }: RequestContext): string[] {
  return [...world.clusters.values()]
    .filter(
      ({ store }) => findBindings(store, release.name, { scope: 'namespace', user: user.name }).length > 0,
    )
    .map(({ name, isHost }) => (isHost ? world.settings.multicluster.hostClusterName : name));
}

/** Since 4.1 each binding counts: with two of them the caller sees the same object twice. */
function listed({ release }: RequestContext, found: readonly StoredObject[]): readonly StoredObject[] {
  return inRange(release.name, { since: 'v4.1' }) ? found : [...new Set(found)];
}

/** 404 for a namespace, in the words of the release's cache. */
export function missingNamespace({ release }: Pick<RequestContext, 'release'>, name: string): ApiError {
  return notFound(
    { group: '', plural: inRange(release.name, { since: 'v4.1' }) ? 'Namespace' : 'namespace' },
    name,
  );
}
