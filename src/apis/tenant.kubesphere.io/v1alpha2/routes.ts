import { notImplemented } from '../../../core/api-error.js';
import type { Handler, Route } from '../../../registry/contract.js';
import { listEmpty } from '../handlers/empty-lists.js';
import { getWorkspaceTemplate, listWorkspaceTemplates } from '../handlers/workspaces.js';
import { readRoutes, workspaceRoutes, writeRoutes } from '../routes.js';

const unsupported: Handler = ({ method, info }) => {
  throw notImplemented(`${method} ${info.path}`);
};

/** Endpoints of 3.x; searches in logs, events and audit records, and metering, have no data behind them here. */
export const routes: readonly Route[] = [
  ...readRoutes,
  ...writeRoutes,
  ...workspaceRoutes('/workspaces', listWorkspaceTemplates, getWorkspaceTemplate),
  { method: 'GET', path: '/workspaces/{workspace}/devops', handle: listEmpty },
  {
    method: 'GET',
    path: '/workspaces/{workspace}/workspacemembers/{workspacemember}/devops',
    handle: listEmpty,
  },
  { method: 'GET', path: '/federatednamespaces', handle: listEmpty },
  { method: 'GET', path: '/workspaces/{workspace}/federatednamespaces', handle: listEmpty },
  ...[
    '/logs',
    '/events',
    '/auditing/events',
    '/metering',
    '/metering/price',
    '/namespaces/{namespace}/metering/hierarchy',
  ].map((path): Route => ({ method: 'GET', path, handle: unsupported, produces: [] })),
];
