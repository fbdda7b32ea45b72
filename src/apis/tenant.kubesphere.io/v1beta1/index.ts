import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Workspaces, and what their members see of clusters and namespaces. */
export const tenantV1beta1: ApiGroup = {
  name: 'tenant.kubesphere.io',
  version: 'v1beta1',
  since: 'v4.1',
  routes,
};
