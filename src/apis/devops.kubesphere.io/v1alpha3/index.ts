import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** DevOps projects of 3.x, their pipelines, the runs of these, and credentials. */
export const devopsV1alpha3: ApiGroup = {
  name: 'devops.kubesphere.io',
  version: 'v1alpha3',
  since: 'v3.0',
  until: 'v3.4',
  routes,
};
