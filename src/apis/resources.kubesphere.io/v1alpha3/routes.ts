import type { Route } from '../../../registry/contract.js';
import { getResource, listResources } from '../handlers/resources.js';

/** Endpoints of `resources.kubesphere.io/v1alpha3`. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/{resources}', handle: listResources },
  { method: 'GET', path: '/{resources}/{name}', handle: getResource },
  { method: 'GET', path: '/namespaces/{namespace}/{resources}', handle: listResources },
  { method: 'GET', path: '/namespaces/{namespace}/{resources}/{name}', handle: getResource },
];
