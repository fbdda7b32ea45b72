import type { ApiGroup } from '../../../registry/contract.js';

/** Who talks to whom, as 3.x passes it on from Weave Scope. */
export const networkV1alpha2: ApiGroup = {
  name: 'network.kubesphere.io',
  version: 'v1alpha2',
  since: 'v3.0',
  until: 'v3.4',
  routes: [
    {
      method: 'GET',
      path: '/namespaces/{namespace}/topology',
      handle: async (context) => (await import('../topology.js')).topology(context),
    },
    {
      method: 'GET',
      path: '/namespaces/{namespace}/topology/{node_id}',
      handle: async (context) => (await import('../topology.js')).topologyNode(context),
    },
  ],
};
