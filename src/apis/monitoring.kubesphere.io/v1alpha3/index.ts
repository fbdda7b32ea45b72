import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Figures of 3.x: named metrics of everything there is, as Prometheus would give them. */
export const monitoringV1alpha3: ApiGroup = {
  name: 'monitoring.kubesphere.io',
  version: 'v1alpha3',
  since: 'v3.0',
  until: 'v3.4',
  routes,
};
