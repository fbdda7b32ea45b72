import { notFound, type ApiError } from '../../../core/api-error.js';
import { digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import { roleReferenceLabel, userReferenceLabel, workspaceLabel } from '../../../core/well-known-keys.js';
import { findBindings } from '../../../rbac/find-bindings.js';
import { scopeKinds, type RoleScope } from '../../../rbac/role-scopes.js';
import type { RequestContext } from '../../../registry/contract.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';

/** Workspace or namespace a role holds in; absent for the others. */
export type Place = string | undefined;

/**
 * The role of a name in a scope.
 *
 * @throws ApiError NotFound in the words of the release: the kind since 4.1, the lister's singular before
 */
export function assertRoleExists(
  context: RequestContext,
  scope: RoleScope,
  place: Place,
  name: string,
): KubeObject {
  const { roles } = scopeKinds(scope, context.release.name);
  const found = context.cluster.store.find(roles, scope === 'namespace' ? place : undefined, name)?.object;
  const isElsewhere =
    found !== undefined && scope === 'workspace' && (found.metadata.labels?.[workspaceLabel] ?? '') !== place;
  if (found === undefined || isElsewhere) throw missingRole(context, scope, name);
  return found;
}

/** 404 for a role, in the words of the release. */
export function missingRole({ release }: RequestContext, scope: RoleScope, name: string): ApiError {
  const { roles, roleKind } = scopeKinds(scope, release.name);
  const named = inRange(release.name, { since: 'v4.1' }) ? roleKind : roleKind.toLowerCase();
  return notFound({ group: roles.group, plural: named }, name);
}

/** The name of the first role a user is bound to in a scope; `undefined` for none. */
export function roleOfUser(
  context: RequestContext,
  scope: RoleScope,
  place: Place,
  user: string,
): string | undefined {
  const { cluster, release } = context;
  const [first] = findBindings(cluster.store, release.name, {
    scope,
    user,
    ...(place !== undefined && { place }),
  });
  return first === undefined ? undefined : digString(first, 'roleRef', 'name');
}

/**
 * Gives a user one role of a scope, taking other roles of that scope away.
 *
 * @throws ApiError NotFound when there is no such role
 * @see kubesphere/kubesphere pkg/models/iam/am/am.go
 */
export function bindUser(
  context: RequestContext,
  scope: RoleScope,
  place: Place,
  user: string,
  role: string,
): void {
  const { release, catalog } = context;
  assertRoleExists(context, scope, place, role);
  const kinds = scopeKinds(scope, release.name);
  const resource = catalog.get(kinds.bindings.group, kinds.bindings.plural);
  for (const binding of bindingsOf(context, scope, place, user)) {
    if (digString(binding, 'roleRef', 'name') === role) return;
    deleteObject(context, resource, keyOf(binding));
  }
  createObject(context, resource, {
    apiVersion: `${resource.group}/${resource.versions[0] ?? ''}`,
    kind: resource.kind,
    metadata: {
      name: `${user}-${role}`,
      ...(scope === 'namespace' && { namespace: place }),
      labels: {
        [roleReferenceLabel]: role,
        [userReferenceLabel]: user,
        ...(scope === 'workspace' && { [workspaceLabel]: place }),
      },
    },
    subjects: subjectsFor(context, scope, user),
    roleRef: { apiGroup: resource.group, kind: kinds.roleKind, name: role },
  });
}

function subjectsFor(
  { release }: RequestContext,
  scope: RoleScope,
  user: string,
): Readonly<Record<string, string>>[] {
  const { bindings } = scopeKinds(scope, release.name);
  const subject = { kind: 'User', apiGroup: bindings.group, name: user };
  const reachesPods = scope === 'cluster' || scope === 'namespace';
  if (!reachesPods || !inRange(release.name, { since: 'v4.1' })) return [subject];
  return [
    subject,
    { kind: 'ServiceAccount', name: `kubesphere.users.${user}`, namespace: 'kubesphere-system' },
  ];
}

/** Takes every role of a scope away from a user; nothing happens when there is none. */
export function unbindUser(context: RequestContext, scope: RoleScope, place: Place, user: string): void {
  const { bindings } = scopeKinds(scope, context.release.name);
  const resource = context.catalog.get(bindings.group, bindings.plural);
  for (const binding of bindingsOf(context, scope, place, user))
    deleteObject(context, resource, keyOf(binding));
}

function bindingsOf(
  { cluster, release }: RequestContext,
  scope: RoleScope,
  place: Place,
  user: string,
): KubeObject[] {
  return findBindings(cluster.store, release.name, { scope, user, ...(place !== undefined && { place }) });
}

function keyOf({ metadata }: KubeObject): { name: string; namespace?: string } {
  return { name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) };
}
