import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Reads of every kind KubeSphere shows, with its filters. */
export const resourcesV1alpha3: ApiGroup = {
  name: 'resources.kubesphere.io',
  version: 'v1alpha3',
  since: 'v3.0',
  routes,
};
