import type { ApiGroup } from '../../../registry/contract.js';
import { drainNode } from '../../../kube/drain-node.js';
import { rerunJob } from '../../../kube/rerun-job.js';

/** Things done to workloads that are no plain writes. */
export const operationsV1alpha2: ApiGroup = {
  name: 'operations.kubesphere.io',
  version: 'v1alpha2',
  routes: [
    { method: 'POST', path: '/namespaces/{namespace}/jobs/{job}', handle: rerunJob, errors: 'message' },
    { method: 'POST', path: '/nodes/{node}/drainage', handle: drainNode, errors: 'message', until: 'v2.1' },
  ],
};
