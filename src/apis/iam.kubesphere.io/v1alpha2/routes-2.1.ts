import type { Handler, Route } from '../../../registry/contract.js';
import type * as accounts from '../of-2.1/accounts.js';
import type * as roles from '../of-2.1/roles.js';
import type * as usersOfRoles from '../of-2.1/users-of-roles.js';
import type * as workspaceMembers from '../of-2.1/workspace-members.js';
import type * as writes from '../of-2.1/write-accounts.js';

const account =
  (name: keyof typeof accounts): Handler =>
  async (context) =>
    (await import('../of-2.1/accounts.js'))[name](context);

const write =
  (name: keyof typeof writes): Handler =>
  async (context) =>
    (await import('../of-2.1/write-accounts.js'))[name](context);

const member =
  (name: keyof typeof workspaceMembers): Handler =>
  async (context) =>
    (await import('../of-2.1/workspace-members.js'))[name](context);

const role =
  (name: keyof typeof roles): Handler =>
  async (context) =>
    (await import('../of-2.1/roles.js'))[name](context);

const users =
  (name: keyof typeof usersOfRoles): Handler =>
  async (context) =>
    (await import('../of-2.1/users-of-roles.js'))[name](context);

const namespace = '/namespaces/{namespace}';
const workspace = '/workspaces/{workspace}';

/** What 2.1 has at the same place: accounts of a directory, roles of Kubernetes, and members of workspaces. */
export const routes21: readonly Route[] = [
  { method: 'GET', path: '/users', handle: account('listAccounts') },
  { method: 'POST', path: '/users', handle: write('createAccount') },
  { method: 'GET', path: '/users/{user}', handle: account('getAccount') },
  { method: 'PUT', path: '/users/{user}', handle: write('updateAccount') },
  { method: 'DELETE', path: '/users/{user}', handle: write('deleteAccount') },
  { method: 'GET', path: '/users/{user}/roles', handle: role('listRolesOfAccount') },
  { method: 'GET', path: '/clusterroles', handle: role('listClusterRoles') },
  { method: 'GET', path: '/clusterroles/{clusterrole}/rules', handle: role('clusterRoleRules') },
  { method: 'GET', path: '/clusterroles/{clusterrole}/users', handle: users('listClusterRoleUsers') },
  { method: 'GET', path: '/rulesmapping/clusterroles', handle: role('clusterRulesMapping') },
  { method: 'GET', path: '/rulesmapping/roles', handle: role('rolesMapping') },
  { method: 'GET', path: '/devops/{devops}/roles/{role}/rules', handle: role('devopsRoleRules') },
  { method: 'GET', path: `${namespace}/roles`, handle: role('listRoles') },
  { method: 'GET', path: `${namespace}/roles/{role}/rules`, handle: role('roleRules') },
  { method: 'GET', path: `${namespace}/roles/{role}/users`, handle: users('listRoleUsers') },
  { method: 'GET', path: `${namespace}/users`, handle: users('listNamespaceUsers') },
  { method: 'GET', path: `${workspace}/roles`, handle: role('listWorkspaceRoles') },
  { method: 'GET', path: `${workspace}/roles/{role}`, handle: role('getWorkspaceRole') },
  { method: 'GET', path: `${workspace}/roles/{role}/rules`, handle: role('workspaceRoleRules') },
  { method: 'GET', path: `${workspace}/members`, handle: member('listWorkspaceMembers') },
  { method: 'POST', path: `${workspace}/members`, handle: member('inviteMember') },
  { method: 'GET', path: `${workspace}/members/{member}`, handle: member('getWorkspaceMember') },
  { method: 'DELETE', path: `${workspace}/members/{member}`, handle: member('removeMember') },
];
