import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** What Jenkins and its plugins answer, up to 3.4 passed on by KubeSphere; since 3.1 by a service of its own. */
export const devopsV1alpha2: ApiGroup = {
  name: 'devops.kubesphere.io',
  version: 'v1alpha2',
  until: 'v3.4',
  routes,
};
