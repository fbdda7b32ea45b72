import type { Route } from '../../../registry/contract.js';
import {
  getWorkspace,
  getWorkspaceTemplate,
  listWorkspaces,
  listWorkspaceTemplates,
} from '../handlers/workspaces.js';
import { readRoutes, workspaceRoutes } from '../routes.js';

const only3 = { until: 'v3.4' } as const;
const since41 = { since: 'v4.1' } as const;

/** Endpoints: `/workspaces` answers Workspace objects in 3.x and templates in 4.1, where nothing can be written. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/workspaces', handle: listWorkspaces, ...only3 },
  { method: 'GET', path: '/workspaces/{workspace}', handle: getWorkspace, ...only3 },
  ...workspaceRoutes('/workspacetemplates', listWorkspaceTemplates, getWorkspaceTemplate).map(
    (route): Route => ({ ...route, ...only3 }),
  ),
  ...readRoutes.map((route): Route => ({ ...route, ...since41 })),
  { method: 'GET', path: '/workspaces', handle: listWorkspaceTemplates, ...since41 },
  { method: 'GET', path: '/workspaces/{workspace}', handle: getWorkspaceTemplate, ...since41 },
  { method: 'GET', path: '/workspacetemplates', handle: listWorkspaceTemplates, ...since41 },
  { method: 'GET', path: '/workspacetemplates/{workspace}', handle: getWorkspaceTemplate, ...since41 },
];
