import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Figures of 2.1. */
export const monitoringV1alpha2: ApiGroup = {
  name: 'monitoring.kubesphere.io',
  version: 'v1alpha2',
  until: 'v2.1',
  routes,
};
