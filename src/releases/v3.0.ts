import type { Release } from '../core/release.js';
import { globalResources, notificationResources } from './global-resources.js';

/** KubeSphere v3.0.0. */
export const v3_0: Release = {
  name: 'v3.0',
  tag: 'v3.0.0',
  kubernetesVersion: 'v1.18.6',
  goVersion: 'go1.13.15',
  allowedPaths: ['/oauth/*', '/kapis/config.kubesphere.io/*', '/kapis/version'],
  globalResources: [...globalResources, ...notificationResources],
};
