import type { Handler, Route } from '../../../registry/contract.js';
import type { MeteredLevel } from '../../../metrics/metering/levels.js';

function level(name: MeteredLevel): Handler {
  return async (context) => (await import('../../../metrics/metering/answer.js')).answerMeters(context, name);
}

const rows: readonly (readonly [path: string, level: MeteredLevel])[] = [
  ['/cluster', 'cluster'],
  ['/nodes', 'node'],
  ['/nodes/{node}', 'node'],
  ['/nodes/{node}/pods', 'pod'],
  ['/nodes/{node}/pods/{pod}', 'pod'],
  ['/workspaces', 'workspace'],
  ['/workspaces/{workspace}', 'workspace'],
  ['/workspaces/{workspace}/namespaces', 'namespace'],
  ['/workspaces/{workspace}/namespaces/{namespace}', 'namespace'],
  ['/namespaces', 'namespace'],
  ['/namespaces/{namespace}', 'namespace'],
  ['/namespaces/{namespace}/applications', 'application'],
  ['/namespaces/{namespace}/openpitrixs', 'openpitrix'],
  ['/clusters/{cluster}/namespaces/{namespace}/openpitrixs', 'openpitrix'],
  ['/namespaces/{namespace}/services', 'service'],
  ['/namespaces/{namespace}/workloads', 'workload'],
  ['/namespaces/{namespace}/workloads/{workload}/pods', 'pod'],
  ['/namespaces/{namespace}/pods', 'pod'],
  ['/namespaces/{namespace}/pods/{pod}', 'pod'],
];

/** What was used, by whom, hour by hour. */
export const routes: readonly Route[] = rows.map(([path, name]) => ({
  method: 'GET',
  path,
  handle: level(name),
  produces: ['application/json', 'text/plain'],
}));
