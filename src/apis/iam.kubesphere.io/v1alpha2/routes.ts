import type { Route } from '../../../registry/contract.js';
import { groupRoutes } from '../handlers/groups.js';
import { memberRoutes } from '../handlers/members.js';
import { changePassword } from '../handlers/password.js';
import { bindingRoutes } from '../handlers/role-bindings.js';
import { rolesOfMember } from '../handlers/roles-of-member.js';
import { roleRoutes } from '../handlers/roles.js';
import {
  createUser,
  deleteUser,
  getUser,
  listLoginRecords,
  listUsers,
  updateUser,
} from '../handlers/users.js';

const namespaced = { scope: 'namespace', memberParam: 'member', roleQuery: 'role' } as const;
const workspaceMembers = '/workspaces/{workspace}/workspacemembers';

/** Endpoints of 3.x: everything has a route of its own. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/users', handle: listUsers },
  { method: 'POST', path: '/users', handle: createUser },
  { method: 'PUT', path: '/users/{user}', handle: updateUser },
  { method: 'DELETE', path: '/users/{user}', handle: deleteUser },
  { method: 'GET', path: '/users/{user}', handle: getUser },
  { method: 'PUT', path: '/users/{user}/password', handle: changePassword },
  { method: 'GET', path: '/users/{user}/loginrecords', handle: listLoginRecords },
  { method: 'GET', path: '/users/{user}/globalroles', handle: rolesOfMember('global', 'user') },

  ...memberRoutes('/clustermembers', {
    scope: 'cluster',
    memberParam: 'clustermember',
    roleQuery: 'clusterrole',
  }),
  {
    method: 'GET',
    path: '/clustermembers/{clustermember}/clusterroles',
    handle: rolesOfMember('cluster', 'clustermember'),
  },
  ...memberRoutes(workspaceMembers, {
    scope: 'workspace',
    placeParam: 'workspace',
    memberParam: 'workspacemember',
    roleQuery: 'workspacerole',
  }),
  {
    method: 'GET',
    path: `${workspaceMembers}/{workspacemember}/workspaceroles`,
    handle: rolesOfMember('workspace', 'workspacemember', 'workspace'),
  },
  ...['namespace', 'devops'].flatMap((place): Route[] => {
    const path = place === 'namespace' ? '/namespaces/{namespace}' : '/devops/{devops}';
    return [
      ...memberRoutes(`${path}/members`, { ...namespaced, placeParam: place }),
      {
        method: 'GET',
        path: `${path}/members/{member}/roles`,
        handle: rolesOfMember('namespace', 'member', place),
      },
      ...roleRoutes(`${path}/roles`, 'role', 'namespace', place),
    ];
  }),

  ...roleRoutes('/globalroles', 'globalrole', 'global'),
  ...roleRoutes('/clusterroles', 'clusterrole', 'cluster'),
  ...roleRoutes('/workspaces/{workspace}/workspaceroles', 'workspacerole', 'workspace', 'workspace'),
  ...groupRoutes,
  ...bindingRoutes,
];
