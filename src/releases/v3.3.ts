import type { Release } from '../core/release.js';

/** KubeSphere v3.3.2. */
export const v3_3: Release = {
  name: 'v3.3',
  tag: 'v3.3.2',
  kubernetesVersion: 'v1.23.10',
  goVersion: 'go1.18.6',
  allowedPaths: ['/oauth/*', '/kapis/config.kubesphere.io/*', '/kapis/version', '/kapis/metrics'],
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
