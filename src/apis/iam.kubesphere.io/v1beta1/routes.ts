import type { Route } from '../../../registry/contract.js';
import { memberRoutes } from '../handlers/members.js';
import { changePassword } from '../handlers/password.js';
import { listRoleTemplatesOfUser } from '../handlers/role-templates.js';
import { reviewSubjectAccess } from '../handlers/subject-access-reviews.js';
import {
  createUser,
  deleteUser,
  getUser,
  listLoginRecords,
  listUsers,
  updateUser,
} from '../handlers/users.js';

/** Endpoints beyond plain CRUD; roles, bindings, groups and the like are served by the generic resource API. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/users', handle: listUsers },
  { method: 'POST', path: '/users', handle: createUser },
  // The order of methods is that of the Allow header.
  { method: 'PUT', path: '/users/{user}', handle: updateUser },
  { method: 'DELETE', path: '/users/{user}', handle: deleteUser },
  { method: 'GET', path: '/users/{user}', handle: getUser },
  { method: 'PUT', path: '/users/{user}/password', handle: changePassword },
  { method: 'GET', path: '/users/{user}/loginrecords', handle: listLoginRecords },
  { method: 'GET', path: '/users/{username}/roletemplates', handle: listRoleTemplatesOfUser },
  { method: 'POST', path: '/subjectaccessreviews', handle: reviewSubjectAccess },
  ...memberRoutes('/clustermembers', {
    scope: 'cluster',
    memberParam: 'clustermember',
    roleQuery: 'clusterrole',
  }),
  ...memberRoutes('/workspaces/{workspace}/workspacemembers', {
    scope: 'workspace',
    placeParam: 'workspace',
    memberParam: 'workspacemember',
    roleQuery: 'workspacerole',
  }),
  ...memberRoutes('/namespaces/{namespace}/namespacemembers', {
    scope: 'namespace',
    placeParam: 'namespace',
    memberParam: 'namespacemember',
    roleQuery: 'role',
  }),
];
