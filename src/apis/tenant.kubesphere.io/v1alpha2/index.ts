import type { ApiGroup } from '../../../registry/contract.js';
import { routes21 } from './routes-2.1.js';
import { routes } from './routes.js';

const group = { name: 'tenant.kubesphere.io', version: 'v1alpha2' } as const;

/** Workspaces, clusters and namespaces of 3.x; `/workspaces` answers templates. */
export const tenantV1alpha2: ApiGroup = { ...group, since: 'v3.0', until: 'v3.4', routes };

/** Workspaces and namespaces of 2.1. */
export const tenantV1alpha2Of21: ApiGroup = { ...group, until: 'v2.1', routes: routes21 };
