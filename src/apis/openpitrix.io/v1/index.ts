import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** The app store up to 3.4: apps, versions, repositories, categories, reviews, and what is installed. */
export const openpitrixV1: ApiGroup = {
  name: 'openpitrix.io',
  version: 'v1',
  until: 'v3.4',
  routes,
};
