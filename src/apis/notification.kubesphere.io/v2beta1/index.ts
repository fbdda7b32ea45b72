import type { ApiGroup } from '../../../registry/contract.js';
import { ownedRoutes } from '../routes.js';

/** Who is told of alerts, and how: configs, receivers and their secrets. */
export const notificationV2beta1: ApiGroup = {
  name: 'notification.kubesphere.io',
  version: 'v2beta1',
  since: 'v3.1',
  until: 'v3.4',
  routes: ownedRoutes('v2beta1'),
};
