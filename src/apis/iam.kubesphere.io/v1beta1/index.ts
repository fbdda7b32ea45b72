import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Users, roles and who has which. */
export const iamV1beta1: ApiGroup = {
  name: 'iam.kubesphere.io',
  version: 'v1beta1',
  since: 'v4.1',
  routes,
};
