import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Workspaces and their templates apart; in 4.1 a read-only leftover. */
export const tenantV1alpha3: ApiGroup = {
  name: 'tenant.kubesphere.io',
  version: 'v1alpha3',
  since: 'v3.1',
  routes,
};
