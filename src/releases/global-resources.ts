import type { GlobalResource } from '../core/release.js';

/** What is of Global scope in every release. @see kubesphere/kubesphere pkg/apiserver/apiserver.go */
export const globalResources: readonly GlobalResource[] = [
  ['iam.kubesphere.io', 'users'],
  ['iam.kubesphere.io', 'globalroles'],
  ['iam.kubesphere.io', 'globalrolebindings'],
  ['tenant.kubesphere.io', 'workspaces'],
  ['tenant.kubesphere.io', 'clusters'],
  ['cluster.kubesphere.io', 'clusters'],
  ['resources.kubesphere.io', 'clusters'],
];

/** Added while notifications were part of the core. */
export const notificationResources: readonly GlobalResource[] = [
  ['notification.kubesphere.io', 'configs'],
  ['notification.kubesphere.io', 'receivers'],
];

/** Added with the cluster labels of 4.1. */
export const labelResources: readonly GlobalResource[] = [
  ['cluster.kubesphere.io', 'labels'],
  ['resources.kubesphere.io', 'labels'],
];
