import type { ApiGroup, Handler } from '../../../registry/contract.js';
import { ownedRoutes } from '../routes.js';

const verify: Handler = async (context) => (await import('../verify.js')).verifyReceiver(context);

/** Notifications: 3.3 knows nothing but the test of a receiver, 3.4 also routers and silences. */
export const notificationV2beta2: ApiGroup = {
  name: 'notification.kubesphere.io',
  version: 'v2beta2',
  since: 'v3.3',
  until: 'v3.4',
  routes: [
    { method: 'POST', path: '/configs/notification/verification', handle: verify, until: 'v3.3' },
    {
      method: 'POST',
      path: '/configs/notification/users/{user}/verification',
      handle: verify,
      until: 'v3.3',
    },
    { method: 'POST', path: '/verification', handle: verify, since: 'v3.4' },
    { method: 'POST', path: '/users/{user}/verification', handle: verify, since: 'v3.4' },
    ...ownedRoutes('v2beta2').map((route) => ({ ...route, since: 'v3.4' as const })),
  ],
};
