import { internalError, notFound } from '../../../core/api-error.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import {
  clusterRolesOfUser,
  rolesOfUser,
  simpleRulesOfClusterRole,
  simpleRulesOfDevopsRole,
  simpleRulesOfRole,
  simpleRulesOfWorkspaceRole,
} from '../../../rbac/simple-rules-2.1.js';
import { clusterRuleMapping, printedMapping, roleRuleMapping } from '../../../rbac/rule-mapping-2.1.js';
import { workspaceRoleCalled, workspaceRoleName } from '../../../rbac/workspace-roles-2.1.js';
import { readConditions } from '../../../registry/conditions.js';
import { listByConditions } from '../../../registry/condition-list.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { objectReply } from '../../../registry/entity-reply.js';
import { json } from '../../../registry/reply.js';
import { selectByConditions } from '../../../registry/select-by-conditions.js';

const native = 'rbac.authorization.k8s.io';
const clusterRoles = { group: native, plural: 'clusterroles' };
const roles = { group: native, plural: 'roles' };

/** `GET /clusterroles` of 2.1. */
export function listClusterRoles(context: RequestContext): Reply {
  const query = { ...readConditions(context.query), orderBy: context.query.get('orderBy') ?? '' };
  return listByConditions(context, clusterRoles, context.cluster.store.list(clusterRoles), { query });
}

/** `GET /namespaces/{namespace}/roles` of 2.1: the newest first unless asked otherwise. */
export function listRoles(context: RequestContext): Reply {
  const all = context.cluster.store.list(roles, context.params['namespace']);
  const asked = readConditions(context.query);
  const query = { ...asked, reverse: context.query.has('reverse') ? asked.reverse : true };
  return listByConditions(context, roles, all, { query });
}

/** `GET /workspaces/{workspace}/roles` of 2.1: a bare array; roles are shown by the names people know. */
export function listWorkspaceRoles(context: RequestContext): Reply {
  const { workspace = '' } = context.params;
  const all = context.cluster.store
    .list(clusterRoles)
    .filter(({ object }) =>
      object.metadata.ownerReferences?.some(({ kind, name }) => kind === 'Workspace' && name === workspace),
    );
  const query = { ...readConditions(context.query), orderBy: context.query.get('orderBy') ?? '' };
  const { items } = selectByConditions(context, clusterRoles, all, query);
  return json(items.map(({ object }) => namedAsShown(object)));
}

function namedAsShown({ kind: _kind, apiVersion: _version, ...role }: KubeObject): KubeObject {
  const shown = annotation(role as KubeObject, 'kubesphere.io/alias-name') ?? '';
  return { ...role, metadata: { ...role.metadata, name: shown } } as KubeObject;
}

/** `GET /workspaces/{workspace}/roles/{role}` of 2.1. @throws ApiError 500 when there is none */
export function getWorkspaceRole(context: RequestContext): Reply {
  const { workspace = '', role: shown = '' } = context.params;
  const role = workspaceRoleCalled(shown);
  if (role === undefined)
    throw internalError(notFound({ group: '', plural: 'workspace role' }, shown).message);
  return objectReply(context, clusterRoles, requireRole(context, workspaceRoleName(workspace, role)));
}

/** `GET /users/{user}/roles` of 2.1: all a user holds, of the cluster and in namespaces. */
export function listRolesOfAccount({ cluster, params }: RequestContext): Reply {
  const { user = '' } = params;
  const plain = ({ kind: _kind, apiVersion: _version, ...role }: KubeObject): KubeObject =>
    role as KubeObject;
  return json({
    clusterRole: clusterRolesOfUser(cluster.store, user).map(plain),
    roles: rolesOfUser(cluster.store, undefined, user).map(plain),
  });
}

/** `GET /clusterroles/{clusterrole}/rules` of 2.1. @throws ApiError 500 when there is no such role */
export function clusterRoleRules(context: RequestContext): Reply {
  return json(simpleRulesOfClusterRole(requireRole(context, context.params['clusterrole'] ?? '')));
}

/** `GET /namespaces/{namespace}/roles/{role}/rules` of 2.1. @throws ApiError 500 when there is no such role */
export function roleRules({ cluster, params }: RequestContext): Reply {
  const { namespace = '', role: name = '' } = params;
  const role = cluster.store.find(roles, namespace, name)?.object;
  if (role === undefined) throw internalError(notFound({ group: native, plural: 'role' }, name).message);
  return json(simpleRulesOfRole(role));
}

/** `GET /workspaces/{workspace}/roles/{role}/rules` of 2.1: of any workspace, there or not. */
export function workspaceRoleRules({ params }: RequestContext): Reply {
  return json(simpleRulesOfWorkspaceRole(params['role'] ?? ''));
}

/** `GET /devops/{devops}/roles/{role}/rules` of 2.1: of any project, there or not. */
export function devopsRoleRules({ params }: RequestContext): Reply {
  return json(simpleRulesOfDevopsRole(params['role'] ?? ''));
}

/** `GET /rulesmapping/clusterroles` of 2.1: which rules an action in the cluster stands for. */
export function clusterRulesMapping(): Reply {
  return json(clusterRuleMapping.map(printedMapping));
}

/** `GET /rulesmapping/roles` of 2.1: which rules an action in a namespace stands for. */
export function rolesMapping(): Reply {
  return json(roleRuleMapping.map(printedMapping));
}

function requireRole({ cluster }: RequestContext, name: string): KubeObject {
  const role = cluster.store.find(clusterRoles, undefined, name)?.object;
  if (role === undefined)
    throw internalError(notFound({ group: native, plural: 'clusterrole' }, name).message);
  return role;
}
