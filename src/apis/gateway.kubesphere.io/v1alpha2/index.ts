import type { ApiGroup } from '../../../registry/contract.js';
import { listScopes } from '../list-scopes.js';

/** Ingress classes open to a project. */
export const gatewayV1alpha2: ApiGroup = {
  name: 'gateway.kubesphere.io',
  version: 'v1alpha2',
  since: 'v4.1',
  routes: [
    { method: 'GET', path: '/namespaces/{namespace}/availableingressclassscopes', handle: listScopes },
  ],
};
