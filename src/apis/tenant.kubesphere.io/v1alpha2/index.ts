import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Workspaces, clusters and namespaces of 3.x; `/workspaces` answers templates. */
export const tenantV1alpha2: ApiGroup = {
  name: 'tenant.kubesphere.io',
  version: 'v1alpha2',
  since: 'v3.0',
  until: 'v3.4',
  routes,
};
