import type { Release } from '../core/release.js';
import { globalResources } from './global-resources.js';

/** KubeSphere v3.4.1. */
export const v3_4: Release = {
  name: 'v3.4',
  tag: 'v3.4.1',
  kubernetesVersion: 'v1.24.9',
  goVersion: 'go1.19.2',
  allowedPaths: ['/oauth/*', '/kapis/config.kubesphere.io/*', '/kapis/version', '/kapis/metrics', '/healthz'],
  globalResources,
};
