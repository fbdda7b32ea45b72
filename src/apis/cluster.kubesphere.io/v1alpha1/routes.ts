import type { Route } from '../../../registry/contract.js';
import { agentDeployment } from '../handlers/agent-deployment.js';
import { grantCluster } from '../handlers/grant-requests.js';
import { updateKubeconfig, validateCluster } from '../handlers/import-cluster.js';
import { bindLabels } from '../handlers/label-bindings.js';
import { createLabels, deleteLabels, listLabels, updateLabel } from '../handlers/labels.js';

const since41 = { since: 'v4.1' } as const;

/** Endpoints beyond plain CRUD. */
export const routes: readonly Route[] = [
  { method: 'POST', path: '/clusters/validation', handle: validateCluster },
  { method: 'PUT', path: '/clusters/{cluster}/kubeconfig', handle: updateKubeconfig, since: 'v3.1' },
  {
    method: 'GET',
    path: '/clusters/{cluster}/agent/deployment',
    handle: agentDeployment,
    until: 'v3.4',
    produces: [],
  },
  { method: 'POST', path: '/clusters/{cluster}/grantrequests', handle: grantCluster, ...since41 },
  { method: 'GET', path: '/labels', handle: listLabels, ...since41 },
  { method: 'POST', path: '/labels', handle: createLabels, ...since41 },
  { method: 'DELETE', path: '/labels', handle: deleteLabels, ...since41 },
  { method: 'PUT', path: '/labels/{label}', handle: updateLabel, ...since41 },
  { method: 'POST', path: '/labelbindings', handle: bindLabels, ...since41 },
];
