import type { Handler, Route } from '../../../registry/contract.js';
import { listFederatedNamespaces } from '../handlers/federated-namespaces.js';
import { metering, meteringHierarchy, meteringPrices } from '../handlers/metering.js';
import { getWorkspaceTemplate, listWorkspaceTemplates } from '../handlers/workspaces.js';
import { readRoutes, workspaceRoutes, writeRoutes } from '../routes.js';

const logs: Handler = async (context) => (await import('../../../search/logs.js')).searchLogs(context);
const events: Handler = async (context) => (await import('../search/events.js')).searchEvents(context);
const auditing: Handler = async (context) => (await import('../search/auditing.js')).searchAuditing(context);
const devopsProjects =
  (name: 'listDevopsProjects' | 'listDevopsOfMember'): Handler =>
  async (context) =>
    (await import('../handlers/devops-projects.js'))[name](context);

/** Endpoints of 3.x. */
export const routes: readonly Route[] = [
  ...readRoutes,
  ...writeRoutes,
  ...workspaceRoutes('/workspaces', listWorkspaceTemplates, getWorkspaceTemplate),
  { method: 'GET', path: '/workspaces/{workspace}/devops', handle: devopsProjects('listDevopsProjects') },
  {
    method: 'GET',
    path: '/workspaces/{workspace}/workspacemembers/{workspacemember}/devops',
    handle: devopsProjects('listDevopsOfMember'),
  },
  { method: 'GET', path: '/federatednamespaces', handle: listFederatedNamespaces },
  { method: 'GET', path: '/workspaces/{workspace}/federatednamespaces', handle: listFederatedNamespaces },
  { method: 'GET', path: '/logs', handle: logs, produces: ['application/json', 'text/plain'] },
  { method: 'GET', path: '/events', handle: events },
  { method: 'GET', path: '/auditing/events', handle: auditing },
  {
    method: 'GET',
    path: '/metering',
    handle: metering,
    produces: ['application/json', 'text/plain'],
    since: 'v3.1',
  },
  { method: 'GET', path: '/metering/price', handle: meteringPrices, since: 'v3.1' },
  {
    method: 'GET',
    path: '/namespaces/{namespace}/metering/hierarchy',
    handle: meteringHierarchy,
    since: 'v3.1',
  },
];
