import type { Release } from '../core/release.js';

/** KubeSphere v3.1.1. */
export const v3_1: Release = {
  name: 'v3.1',
  tag: 'v3.1.1',
  kubernetesVersion: 'v1.20.4',
  goVersion: 'go1.13.15',
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
