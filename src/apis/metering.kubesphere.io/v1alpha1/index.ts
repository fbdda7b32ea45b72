import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Metering: what was used, summed up for bills. */
export const meteringV1alpha1: ApiGroup = {
  name: 'metering.kubesphere.io',
  version: 'v1alpha1',
  since: 'v3.1',
  until: 'v3.4',
  routes,
};
