import type { GroupResource } from '../core/api-error.js';
import { inRange, type ReleaseName } from '../core/release.js';
import { rbacKinds } from './roles.js';

/** Where a role holds. */
export type RoleScope = 'global' | 'workspace' | 'cluster' | 'namespace';

/** The kinds of roles and bindings of a scope in a release. */
export interface ScopeKinds {
  readonly roleKind: string;
  readonly bindingKind: string;
  readonly roles: GroupResource;
  readonly bindings: GroupResource;
  /** Annotation that names a member's role in answers. */
  readonly annotation: string;
}

const names: Readonly<Record<RoleScope, { readonly role: string; readonly annotation: string }>> = {
  global: { role: 'GlobalRole', annotation: 'iam.kubesphere.io/globalrole' },
  workspace: { role: 'WorkspaceRole', annotation: 'iam.kubesphere.io/workspacerole' },
  cluster: { role: 'ClusterRole', annotation: 'iam.kubesphere.io/clusterrole' },
  namespace: { role: 'Role', annotation: 'iam.kubesphere.io/role' },
};

/** The kinds that carry roles of a scope: all ours since 4.1, those of clusters and namespaces native before. */
export function scopeKinds(scope: RoleScope, release: ReleaseName): ScopeKinds {
  const kinds = rbacKinds(release);
  const { role, annotation } = names[scope];
  const [roles, bindings] = {
    global: [kinds.globalRoles, kinds.globalRoleBindings],
    workspace: [kinds.workspaceRoles, kinds.workspaceRoleBindings],
    cluster: [kinds.clusterRoles, kinds.clusterRoleBindings],
    namespace: [kinds.roles, kinds.roleBindings],
  }[scope] as [GroupResource, GroupResource];
  return { roleKind: role, bindingKind: `${role}Binding`, roles, bindings, annotation };
}

/** Since 4.1 bindings are found by their labels, before by their subjects. */
export function findsByLabel(release: ReleaseName): boolean {
  return inRange(release, { since: 'v4.1' });
}
