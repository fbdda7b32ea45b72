import type { Release } from '../core/release.js';

/** KubeSphere v3.0.0. */
export const v3_0: Release = {
  name: 'v3.0',
  tag: 'v3.0.0',
  kubernetesVersion: 'v1.18.6',
  goVersion: 'go1.13.15',
  allowedPaths: ['/oauth/*', '/kapis/config.kubesphere.io/*', '/kapis/version'],
  globalResources: [
    ['iam.kubesphere.io', 'users'],
    ['iam.kubesphere.io', 'globalroles'],
    ['iam.kubesphere.io', 'globalrolebindings'],
    ['tenant.kubesphere.io', 'workspaces'],
    ['tenant.kubesphere.io', 'clusters'],
    ['cluster.kubesphere.io', 'clusters'],
    ['resources.kubesphere.io', 'clusters'],
    ['notification.kubesphere.io', 'configs'],
    ['notification.kubesphere.io', 'receivers'],
  ],
};
