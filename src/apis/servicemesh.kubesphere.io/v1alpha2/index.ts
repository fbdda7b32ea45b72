import type { ApiGroup, Handler, Route } from '../../../registry/contract.js';

const graph: Handler = async (context) => (await import('../graph.js')).meshGraph(context);
const metrics: Handler = async (context) => (await import('../metrics.js')).meshMetrics(context);
const traces: Handler = async (context) => (await import('../traces.js')).serviceTraces(context);

const health =
  (name: 'namespaceHealth' | 'appHealth' | 'serviceHealth' | 'workloadHealth'): Handler =>
  async (context) =>
    (await import('../health.js'))[name](context);

const place = '/namespaces/{namespace}';
const rows: readonly (readonly [path: string, handle: Handler])[] = [
  ['/graph', graph],
  ['/health', health('namespaceHealth')],
  ['/metrics', metrics],
  ['/apps/{app}/health', health('appHealth')],
  ['/apps/{app}/metrics', metrics],
  ['/services/{service}/health', health('serviceHealth')],
  ['/services/{service}/metrics', metrics],
  ['/services/{service}/traces', traces],
  ['/workloads/{workload}/health', health('workloadHealth')],
  ['/workloads/{workload}/metrics', metrics],
];

/** Traffic between workloads, as up to 3.4 it is passed on from Kiali and Jaeger. */
export const serviceMeshV1alpha2: ApiGroup = {
  name: 'servicemesh.kubesphere.io',
  version: 'v1alpha2',
  until: 'v3.4',
  routes: [
    { method: 'GET', path: '/namespaces/graph', handle: graph, until: 'v3.0' },
    ...rows.map(([path, handle]): Route => ({ method: 'GET', path: place + path, handle })),
  ],
};
