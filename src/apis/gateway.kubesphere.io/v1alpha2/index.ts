import { json } from '../../../registry/reply.js';
import type { ApiGroup, Reply } from '../../../registry/contract.js';

/** Ingress classes open to a project. */
export const gatewayV1alpha2: ApiGroup = {
  name: 'gateway.kubesphere.io',
  version: 'v1alpha2',
  since: 'v4.1',
  routes: [
    { method: 'GET', path: '/namespaces/{namespace}/availableingressclassscopes', handle: listScopes },
  ],
};

/** No world of this fake holds ingress class scopes; without any the real server answers `null`. */
function listScopes(): Reply {
  return json(null);
}
