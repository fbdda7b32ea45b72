import type { Handler, Route } from '../../registry/contract.js';
import {
  createNamespace,
  deleteNamespace,
  getNamespace,
  listNamespaces,
  listNamespacesOfMember,
  patchNamespace,
  updateNamespace,
} from './handlers/namespaces.js';
import { listClusters, listWorkspaceClusters } from './handlers/clusters.js';
import { patchWorkspaceTemplate } from './handlers/patch-workspace-template.js';
import {
  createResourceQuota,
  deleteResourceQuota,
  getResourceQuota,
  updateResourceQuota,
} from './handlers/resource-quotas.js';
import {
  createWorkspaceTemplate,
  deleteWorkspaceTemplate,
  updateWorkspaceTemplate,
} from './handlers/write-workspace-templates.js';

/** Media types PATCH takes here. */
export const patchTypes: readonly string[] = [
  'application/json',
  'application/json-patch+json',
  'application/merge-patch+json',
];

/** Clusters and namespaces as the caller sees them: the same in every version. */
export const readRoutes: readonly Route[] = [
  { method: 'GET', path: '/clusters', handle: listClusters },
  { method: 'GET', path: '/workspaces/{workspace}/clusters', handle: listWorkspaceClusters },
  { method: 'GET', path: '/namespaces', handle: listNamespaces },
  { method: 'GET', path: '/workspaces/{workspace}/namespaces', handle: listNamespaces },
  { method: 'GET', path: '/workspaces/{workspace}/namespaces/{namespace}', handle: getNamespace },
];

/** Writing namespaces and quotas of a workspace. */
export const writeRoutes: readonly Route[] = [
  { method: 'POST', path: '/workspaces/{workspace}/namespaces', handle: createNamespace },
  { method: 'DELETE', path: '/workspaces/{workspace}/namespaces/{namespace}', handle: deleteNamespace },
  { method: 'PUT', path: '/workspaces/{workspace}/namespaces/{namespace}', handle: updateNamespace },
  {
    method: 'PATCH',
    path: '/workspaces/{workspace}/namespaces/{namespace}',
    handle: patchNamespace,
    consumes: patchTypes,
  },
  {
    method: 'GET',
    path: '/workspaces/{workspace}/workspacemembers/{workspacemember}/namespaces',
    handle: listNamespacesOfMember,
  },
  {
    method: 'POST',
    path: '/workspaces/{workspace}/resourcequotas',
    handle: createResourceQuota,
    since: 'v3.1',
  },
  ...(
    [
      ['GET', getResourceQuota],
      ['DELETE', deleteResourceQuota],
      ['PUT', updateResourceQuota],
    ] as const
  ).map(([method, handle]): Route => ({
    method,
    path: '/workspaces/{workspace}/resourcequotas/{resourcequota}',
    handle,
    since: 'v3.1',
  })),
];

/** Reading and writing workspaces below a path; what is written is always the template. */
export function workspaceRoutes(path: string, list: Handler, get: Handler): Route[] {
  const one = `${path}/{workspace}`;
  return [
    { method: 'GET', path, handle: list },
    { method: 'POST', path, handle: createWorkspaceTemplate },
    { method: 'GET', path: one, handle: get },
    { method: 'DELETE', path: one, handle: deleteWorkspaceTemplate },
    { method: 'PUT', path: one, handle: updateWorkspaceTemplate },
    { method: 'PATCH', path: one, handle: patchWorkspaceTemplate, consumes: patchTypes },
  ];
}
