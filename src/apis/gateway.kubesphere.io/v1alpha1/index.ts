import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Gateways of the cluster and of projects, as they are since 3.2. */
export const gatewayV1alpha1: ApiGroup = {
  name: 'gateway.kubesphere.io',
  version: 'v1alpha1',
  since: 'v3.3',
  until: 'v3.4',
  routes,
};
