import type { ApiGroup } from '../../registry/contract.js';
import { getCheck, getHealth } from './health.js';
import { getMetrics } from './metrics.js';
import { getVersion } from './version.js';

const any: readonly string[] = [];

/** What the server says of itself: version, health, metrics. */
export const serverEndpoints: ApiGroup = {
  name: '',
  version: '',
  routes: [
    { method: 'GET', path: '/kapis/version', handle: getVersion, since: 'v3.0' },
    { method: 'GET', path: '/version', handle: getVersion, since: 'v3.4' },
    { method: 'GET', path: '/healthz', handle: getHealth, produces: any, since: 'v3.4' },
    { method: 'GET', path: '/healthz/{check}', handle: getCheck, produces: any, since: 'v3.4' },
    { method: 'GET', path: '/livez', handle: getHealth, produces: any, since: 'v4.1' },
    { method: 'GET', path: '/metrics', handle: getMetrics, produces: any, since: 'v4.1' },
    {
      method: 'GET',
      path: '/kapis/metrics',
      handle: getMetrics,
      produces: any,
      since: 'v3.1',
      until: 'v3.4',
    },
  ],
};
