import { ApiError } from '../../../core/api-error.js';
import { digArray, digString } from '../../../core/json.js';
import { findBindings } from '../../../rbac/find-bindings.js';
import { scopeKinds, type RoleScope } from '../../../rbac/role-scopes.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { listReply } from '../../../registry/entity-reply.js';

const roleTemplates = { group: 'iam.kubesphere.io', plural: 'roletemplates' };
const scopes: ReadonlySet<string> = new Set<RoleScope>(['global', 'workspace', 'cluster', 'namespace']);

/** `GET /users/{username}/roletemplates`: the templates of the roles somebody holds in one scope. */
export function listRoleTemplatesOfUser(context: RequestContext): Reply {
  const { cluster, user, query } = context;
  const name = context.params['username'] ?? '';
  if (name !== user.name) assertMayReadUsers(context, name);
  const scope = query.get('scope') ?? '';
  const names = scopes.has(scope) ? templateNames(context, scope as RoleScope, name) : new Set<string>();
  const found = cluster.store.list(roleTemplates).filter(({ object }) => names.has(object.metadata.name));
  return listReply(context, roleTemplates, found, undefined, { everything: true });
}

function assertMayReadUsers(context: RequestContext, name: string): void {
  const { user } = context;
  if (context.authorize({ user, verb: 'get', apiGroup: '', resource: 'users', scope: 'Global' }).allowed)
    return;
  throw new ApiError(
    403,
    'Forbidden',
    `users.iam.kubesphere.io "${name}" is forbidden: not allow to get users`,
  );
}

function templateNames(
  { cluster, query, user, release }: RequestContext,
  scope: RoleScope,
  name: string,
): Set<string> {
  const { roles } = scopeKinds(scope, release.name);
  const asked = scope === 'workspace' || scope === 'namespace' ? (query.get(scope) ?? '') : '';
  const bindings = findBindings(cluster.store, release.name, {
    scope,
    user: name,
    groups: name === user.name ? user.groups : [],
    ...(asked !== '' && { place: asked }),
  });
  const held = scope === 'global' || scope === 'cluster' ? bindings.slice(0, 1) : bindings;
  const names = held.flatMap((binding) => {
    const role = cluster.store.find(roles, binding.metadata.namespace, digString(binding, 'roleRef', 'name'));
    return role === undefined ? [] : digArray(role.object, 'aggregationRoleTemplates', 'templateNames');
  });
  return new Set(names.filter((one) => typeof one === 'string'));
}
