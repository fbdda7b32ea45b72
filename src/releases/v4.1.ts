import type { Release } from '../core/release.js';
import { globalResources, labelResources } from './global-resources.js';

/** KubeSphere v4.1.3. */
export const v4_1: Release = {
  name: 'v4.1',
  tag: 'v4.1.3',
  kubernetesVersion: 'v1.29.2',
  goVersion: 'go1.23.5',
  allowedPaths: [
    '/oauth/*',
    '/dist/*',
    '/.well-known/openid-configuration',
    '/version',
    '/metrics',
    '/livez',
    '/healthz',
    '/openapi/v2',
    '/openapi/v3',
  ],
  globalResources: [...globalResources, ...labelResources],
};
