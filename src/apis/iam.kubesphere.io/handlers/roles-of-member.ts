import { digString } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { workspaceLabel } from '../../../core/well-known-keys.js';
import { findBindings } from '../../../rbac/find-bindings.js';
import { scopeKinds, type RoleScope } from '../../../rbac/role-scopes.js';
import type { Handler } from '../../../registry/contract.js';
import { aggregatedRoleNames } from '../../../rbac/aggregated-roles.js';
import { arrayReply } from '../../../registry/entity-reply.js';

/**
 * Lists the template roles that make up the roles of a member, as a bare array (3.x).
 *
 * @param member Variable of the path that names the member.
 * @param place Variable of the path that names the workspace or namespace.
 */
export function rolesOfMember(scope: RoleScope, member: string, place?: string): Handler {
  return (context) => {
    const { cluster, release, params } = context;
    const where = place === undefined ? undefined : params[place];
    const { roles } = scopeKinds(scope, release.name);
    const bindings = findBindings(cluster.store, release.name, {
      scope,
      user: params[member] ?? '',
      ...(where !== undefined && { place: where }),
    });
    const names = new Set<string>();
    for (const binding of bindings) {
      const role = cluster.store.find(
        roles,
        binding.metadata.namespace,
        digString(binding, 'roleRef', 'name'),
      );
      if (role !== undefined) for (const name of aggregatedRoleNames(role.object)) names.add(name);
    }
    const isVisible = (role: KubeObject): boolean =>
      scope !== 'workspace' || [undefined, where].includes(label(role, workspaceLabel));
    const found = [...names].flatMap((name) => {
      const role = cluster.store.find(roles, scope === 'namespace' ? where : undefined, name)?.object;
      return role === undefined || !isVisible(role) ? [] : [role];
    });
    return arrayReply(context, roles, found);
  };
}
