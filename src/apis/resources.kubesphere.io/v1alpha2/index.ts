import type { ApiGroup } from '../../../registry/contract.js';
import { routes } from './routes.js';

/** The older reads: lists by conditions up to 3.4, and what 4.1 left of the rest. */
export const resourcesV1alpha2: ApiGroup = { name: 'resources.kubesphere.io', version: 'v1alpha2', routes };
