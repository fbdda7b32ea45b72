import type { Release } from '../core/release.js';
import { globalResources, notificationResources } from './global-resources.js';

/** KubeSphere v3.1.1. */
export const v3_1: Release = {
  name: 'v3.1',
  tag: 'v3.1.1',
  kubernetesVersion: 'v1.20.4',
  goVersion: 'go1.13.15',
  allowedPaths: ['/oauth/*', '/kapis/config.kubesphere.io/*', '/kapis/version', '/kapis/metrics'],
  globalResources: [...globalResources, ...notificationResources],
};
