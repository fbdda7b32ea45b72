import { internalError, notFound } from '../../../core/api-error.js';
import { digArray, digString } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import {
  bindingsOfWorkspace,
  userSubject,
  workspaceRoleCalled,
  workspaceRoleName,
  workspaceRoleOfUser,
} from '../../../rbac/workspace-roles-2.1.js';
import { readConditions } from '../../../registry/conditions.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json, success } from '../../../registry/reply.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { accountOf, requireAccount } from './account.js';
import { paged, usersOf, type Bound } from './bound-users.js';
import { readUser } from './read-body.js';

const native = 'rbac.authorization.k8s.io';
const aliasAnnotation = 'kubesphere.io/alias-name';

/** `GET /workspaces/{workspace}/members` of 2.1: by `keyword`, `name`, `email` or `role`. */
export function listWorkspaceMembers(context: RequestContext): Reply {
  const workspace = context.params['workspace'] ?? '';
  const query = readConditions(context.query);
  const bound = usersOf(bindingsOfWorkspace(context.cluster.store, workspace)).map(
    ({ user, binding }): Bound => {
      const role = binding.metadata.name.slice(`workspace:${workspace}:`.length);
      return { user: requireAccount(context, user), roles: { workspace_role: `workspace-${role}` } };
    },
  );
  const found = bound.filter((one) => [...query.exact].every(([key, value]) => fits(one, key, value)));
  return paged(context, found, query);
}

function fits({ user, roles }: Bound, key: string, value: string): boolean {
  const { name } = user.metadata;
  const email = digString(user, 'spec', 'email');
  const texts = [name, email, annotation(user, 'kubesphere.io/description') ?? ''];
  switch (key) {
    case 'keyword':
      return texts.some((text) => text.includes(value));
    case 'name':
      return value.split('|').includes(name);
    case 'email':
      return value.split('|').includes(email);
    case 'role':
      return roles.workspace_role === value;
    default:
      return true;
  }
}

/** `GET /workspaces/{workspace}/members/{member}` of 2.1. @throws ApiError 404 for who is none */
export function getWorkspaceMember(context: RequestContext): Reply {
  const { member = '' } = context.params;
  const role = roleOf(context, member);
  if (role === undefined) throw notMember(member);
  const workspaceRole = annotation(role, aliasAnnotation) ?? '';
  return json(
    accountOf(requireAccount(context, member), context, {
      ...(workspaceRole !== '' && { workspace_role: workspaceRole }),
    }),
  );
}

/** `POST /workspaces/{workspace}/members` of 2.1: gives somebody a role, in place of the one they have. */
export function inviteMember(context: RequestContext): Reply {
  const { username, workspace_role: wanted } = readUser(context, ['username', 'workspace_role'] as const);
  const { workspace = '' } = context.params;
  const current = roleOf(context, username);
  const shown = current === undefined ? '' : (annotation(current, aliasAnnotation) ?? '');
  if (current !== undefined) {
    if (shown === wanted) return success();
    changeBinding(context, workspace, shown, (names) => names.filter((name) => name !== username));
  }
  changeBinding(context, workspace, wanted, (names) => [...new Set([...names, username])]);
  return success();
}

/** `DELETE /workspaces/{workspace}/members/{member}` of 2.1. @throws ApiError 500 for who is none */
export function removeMember(context: RequestContext): Reply {
  const { workspace = '', member = '' } = context.params;
  const role = roleOf(context, member);
  if (role === undefined) throw internalError(notMember(member).message);
  const shown = annotation(role, aliasAnnotation) ?? '';
  changeBinding(context, workspace, shown, (names) => names.filter((name) => name !== member));
  return success();
}

function roleOf({ cluster, params }: RequestContext, user: string): KubeObject | undefined {
  return workspaceRoleOfUser(cluster.store, params['workspace'] ?? '', user);
}

function notMember(name: string): Error {
  return notFound({ group: '', plural: 'workspace user' }, name);
}

/** Changes who holds a role of a workspace. @throws ApiError 500 for a role or workspace that does not exist */
function changeBinding(
  context: RequestContext,
  workspace: string,
  shown: string,
  change: (names: readonly string[]) => readonly string[],
): void {
  const role = workspaceRoleCalled(shown);
  if (role === undefined)
    throw internalError(notFound({ group: '', plural: 'workspace role' }, shown).message);
  const resource = context.catalog.get(native, 'clusterrolebindings');
  const name = workspaceRoleName(workspace, role);
  const binding = context.cluster.store.find(resource, undefined, name)?.object;
  if (binding === undefined)
    throw internalError(notFound({ group: native, plural: 'clusterrolebinding' }, name).message);
  const isUser = (subject: unknown): boolean => digString(subject as KubeObject, 'kind') === 'User';
  const subjects = digArray(binding, 'subjects');
  const names = subjects.filter(isUser).map((subject) => digString(subject, 'name'));
  const others = subjects.filter((subject) => !isUser(subject));
  updateObject(
    context,
    resource,
    { ...binding, subjects: [...others, ...change(names).map(userSubject)] },
    { unconditional: true },
  );
}
