import type { Route } from '../../../registry/contract.js';
import { platformMetrics, workspaceMetrics } from '../handlers/metrics.js';
import {
  getWorkspace,
  getWorkspaceTemplate,
  listWorkspaces,
  listWorkspaceTemplates,
} from '../handlers/workspaces.js';
import { readRoutes, workspaceRoutes, writeRoutes } from '../routes.js';

/** Endpoints of 4.1: `/workspaces` answers Workspace objects and takes templates. */
export const routes: readonly Route[] = [
  ...readRoutes,
  ...writeRoutes,
  ...workspaceRoutes('/workspaces', listWorkspaces, getWorkspace),
  ...workspaceRoutes('/workspacetemplates', listWorkspaceTemplates, getWorkspaceTemplate),
  { method: 'GET', path: '/metrics', handle: platformMetrics },
  { method: 'GET', path: '/workspaces/{workspace}/metrics', handle: workspaceMetrics },
];
