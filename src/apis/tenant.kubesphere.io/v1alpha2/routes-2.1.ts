import type { Route } from '../../../registry/contract.js';
import {
  countNoProjects,
  listNamespacesByConditions,
  listNamespacesOfMemberByConditions,
  listNoProjects,
  listWorkspacesByConditions,
} from '../handlers/condition-lists.js';
import { createNamespace, deleteNamespace } from '../handlers/namespaces.js';
import { getWorkspace } from '../handlers/workspaces.js';

const workspace = '/workspaces/{workspace}';

/** What 2.1 has at the same place: lists by conditions, and workspaces that are no templates. */
export const routes21: readonly Route[] = [
  { method: 'GET', path: '/workspaces', handle: listWorkspacesByConditions },
  { method: 'GET', path: workspace, handle: getWorkspace },
  { method: 'GET', path: `${workspace}/namespaces`, handle: listNamespacesByConditions },
  { method: 'POST', path: `${workspace}/namespaces`, handle: createNamespace },
  { method: 'DELETE', path: `${workspace}/namespaces/{namespace}`, handle: deleteNamespace },
  {
    method: 'GET',
    path: `${workspace}/members/{member}/namespaces`,
    handle: listNamespacesOfMemberByConditions,
  },
  { method: 'GET', path: `${workspace}/devops`, handle: listNoProjects },
  { method: 'GET', path: `${workspace}/members/{member}/devops`, handle: listNoProjects },
  { method: 'GET', path: '/devopscount', handle: countNoProjects },
];
