import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** Users, roles, groups and who has which, as 3.x has them. */
export const iamV1alpha2: ApiGroup = {
  name: 'iam.kubesphere.io',
  version: 'v1alpha2',
  since: 'v3.0',
  until: 'v3.4',
  routes,
};
