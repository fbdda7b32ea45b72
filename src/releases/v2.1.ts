import type { Release } from '../core/release.js';
import { globalResources } from './global-resources.js';

/** KubeSphere v2.1.1. */
export const v2_1: Release = {
  name: 'v2.1',
  tag: 'v2.1.1',
  kubernetesVersion: 'v1.15.5',
  goVersion: 'go1.12.7',
  // What the gateway lets through unseen.
  allowedPaths: [
    '/kapis/iam.kubesphere.io/v1alpha2/login*',
    '/kapis/iam.kubesphere.io/v1alpha2/authenticate*',
    '/apis/account.kubesphere.io/v1alpha1/authenticate*',
    '/images*',
    '/swagger*',
    '/kapis/v1alpha1/configz*',
    '/kapis/devops.kubesphere.io/v1alpha2/webhook/github*',
    '/kapis/devops.kubesphere.io/v1alpha2/webhook/git*',
  ],
  allowedReads: [
    '/kapis/openpitrix.io/v1/apps*',
    '/kapis/openpitrix.io/v1/attachments*',
    '/kapis/openpitrix.io/v1/categories*',
  ],
  globalResources,
};
