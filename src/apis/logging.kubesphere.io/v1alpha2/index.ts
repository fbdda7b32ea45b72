import type { ApiGroup, Handler, Route } from '../../../registry/contract.js';

const search: Handler = async (context) => (await import('../../../search/logs-2.1.js')).searchPlace(context);

const output =
  (name: 'listOutputs' | 'addOutput' | 'updateOutput' | 'deleteOutput'): Handler =>
  async (context) =>
    (await import('../outputs.js'))[name](context);

const place = '/namespaces/{namespace}';
const outputs = '/fluentbit/outputs';
const rows: readonly (readonly [method: Route['method'], path: string, handle: Handler])[] = [
  ['GET', '/cluster', search],
  ['GET', '/workspaces/{workspace}', search],
  ['GET', place, search],
  ['GET', `${place}/workloads/{workload}`, search],
  ['GET', `${place}/pods/{pod}`, search],
  ['GET', `${place}/pods/{pod}/containers/{container}`, search],
  ['GET', outputs, output('listOutputs')],
  ['POST', outputs, output('addOutput')],
  ['PUT', `${outputs}/{output}`, output('updateOutput')],
  ['DELETE', `${outputs}/{output}`, output('deleteOutput')],
];

/** Logs of 2.1, and where they are sent. */
export const loggingV1alpha2: ApiGroup = {
  name: 'logging.kubesphere.io',
  version: 'v1alpha2',
  until: 'v2.1',
  routes: rows.map(([method, path, handle]): Route => ({ method, path, handle, errors: 'message' })),
};
