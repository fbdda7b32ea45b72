import type { Release } from '../core/release.js';
import { globalResources, notificationResources } from './global-resources.js';

/** KubeSphere v3.3.2. */
export const v3_3: Release = {
  name: 'v3.3',
  tag: 'v3.3.2',
  kubernetesVersion: 'v1.23.10',
  goVersion: 'go1.18.6',
  allowedPaths: ['/oauth/*', '/kapis/config.kubesphere.io/*', '/kapis/version', '/kapis/metrics'],
  globalResources: [...globalResources, ...notificationResources],
};
