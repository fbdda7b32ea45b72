import type { ApiGroup } from '../../../registry/contract.js';
import { routes21 } from './routes-2.1.js';
import { routes } from './routes.js';

const group = { name: 'iam.kubesphere.io', version: 'v1alpha2' } as const;

/** Users, roles, groups and who has which, as 3.x has them. */
export const iamV1alpha2: ApiGroup = { ...group, since: 'v3.0', until: 'v3.4', routes };

/** Accounts of 2.1. */
export const iamV1alpha2Of21: ApiGroup = { ...group, until: 'v2.1', routes: routes21 };
