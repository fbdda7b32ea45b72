import type { Release } from '../core/release.js';

/** KubeSphere v2.1.1. */
export const v2_1: Release = {
  name: 'v2.1',
  tag: 'v2.1.1',
  kubernetesVersion: 'v1.15.5',
  goVersion: 'go1.12.7',
  allowedPaths: [],
  globalResources: [
    ['iam.kubesphere.io', 'users'],
    ['iam.kubesphere.io', 'globalroles'],
    ['iam.kubesphere.io', 'globalrolebindings'],
    ['tenant.kubesphere.io', 'workspaces'],
    ['tenant.kubesphere.io', 'clusters'],
    ['cluster.kubesphere.io', 'clusters'],
    ['resources.kubesphere.io', 'clusters'],
  ],
};
