import type { ApiGroup } from '../../../registry/contract.js';
import { listFiles } from '../list-files.js';

/** What is inside extension packages. */
export const packageV1alpha1: ApiGroup = {
  name: 'package.kubesphere.io',
  version: 'v1alpha1',
  since: 'v4.1',
  routes: [{ method: 'GET', path: '/extensionversions/{version}/files', handle: listFiles }],
};
