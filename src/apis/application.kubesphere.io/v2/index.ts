import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** The app store: apps and their versions, repositories, categories, and what is installed from them. */
export const applicationV2: ApiGroup = {
  name: 'application.kubesphere.io',
  version: 'v2',
  since: 'v4.1',
  routes,
};
