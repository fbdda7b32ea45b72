import { internalError, notFound } from '../../../core/api-error.js';
import { digString } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import { creatorAnnotation } from '../../../core/well-known-keys.js';
import { readConditions } from '../../../registry/conditions.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import { accountOf, findAccount } from './account.js';
import { paged, usersOf, type Bound } from './bound-users.js';

const native = 'rbac.authorization.k8s.io';
const roleBindings = { group: native, plural: 'rolebindings' };
const clusterRoleBindings = { group: native, plural: 'clusterrolebindings' };

/** `GET /clusterroles/{clusterrole}/users` of 2.1; who has no account is left out. */
export function listClusterRoleUsers(context: RequestContext): Reply {
  const role = context.params['clusterrole'] ?? '';
  const bindings = context.cluster.store.list(clusterRoleBindings).map(({ object }) => object);
  const named = usersOf(bindings.filter((binding) => roleOf(binding) === role));
  const users = named.flatMap(({ user }): Bound[] => {
    const account = findAccount(context, user);
    return account === undefined ? [] : [{ user: account, roles: {} }];
  });
  return paged(context, users, readConditions(context.query));
}

/** `GET /namespaces/{namespace}/roles/{role}/users` of 2.1. */
export function listRoleUsers(context: RequestContext): Reply {
  const role = context.params['role'] ?? '';
  const bindings = bindingsIn(context).filter((binding) => roleOf(binding) === role);
  return json(
    usersOf(bindings).flatMap(({ user, binding }) => {
      const account = findAccount(context, user);
      return account === undefined ? [] : [accountOf(account, context, { role: roleOf(binding) })];
    }),
  );
}

/**
 * `GET /namespaces/{namespace}/users` of 2.1: those with a role of their own, the latest first, and who made the project;
 * admins and viewers of the workspace are not told.
 *
 * @throws ApiError 500 when there is no such namespace
 * @see kubesphere/kubesphere pkg/models/iam/am.go NamespaceUsers
 */
export function listNamespaceUsers(context: RequestContext): Reply {
  const name = context.params['namespace'] ?? '';
  const namespace = context.cluster.store.find({ group: '', plural: 'namespaces' }, undefined, name)?.object;
  if (namespace === undefined)
    throw internalError(notFound({ group: '', plural: 'namespace' }, name).message);
  const creator = annotation(namespace, creatorAnnotation);
  const bindings = bindingsIn(context).filter(({ metadata }) => metadata.name !== 'viewer');
  // What follows the workspace comes last: whoever has a binding of their own is told by it.
  const [followed, own] = [true, false].map((isAdmin) =>
    bindings.filter(({ metadata }) => (metadata.name === 'admin') === isAdmin),
  );
  const told = [
    ...usersOf(own ?? []),
    ...usersOf(followed ?? []).filter(({ user }) => user === creator),
  ].filter(({ user }, at, all) => all.findIndex((one) => one.user === user) === at);
  const users = told.flatMap(({ user, binding }) => {
    const account = findAccount(context, user);
    if (account === undefined) return [];
    const { name: role_binding, creationTimestamp } = binding.metadata;
    const role_bind_time = creationTimestamp ?? '';
    return [accountOf(account, context, { role: roleOf(binding), role_binding, role_bind_time })];
  });
  users.sort((a, b) => (digString(a, 'role_bind_time') > digString(b, 'role_bind_time') ? -1 : 1));
  return json(users);
}

function bindingsIn({ cluster, params }: RequestContext): KubeObject[] {
  return cluster.store.list(roleBindings, params['namespace']).map(({ object }) => object);
}

function roleOf(binding: KubeObject): string {
  return digString(binding, 'roleRef', 'name');
}
