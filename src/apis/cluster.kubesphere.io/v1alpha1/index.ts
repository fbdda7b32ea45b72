import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Importing clusters, and the labels they can carry; Cluster objects themselves are plain CRUD. */
export const clusterV1alpha1: ApiGroup = {
  name: 'cluster.kubesphere.io',
  version: 'v1alpha1',
  since: 'v3.0',
  routes,
};
