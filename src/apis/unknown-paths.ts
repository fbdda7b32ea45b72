import { ApiError } from '../core/api-error.js';
import type { Route, RouteMethod } from '../registry/contract.js';

const methods: readonly RouteMethod[] = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'];

/**
 * Everything else of a group that is passed on whole, as the documents have it since 3.3: the service behind it knows no such
 * path.
 *
 * @see kubesphere/kubesphere pkg/kapis/generic/generic.go
 */
export const unknownPaths: readonly Route[] = methods.map((method) => ({
  method,
  path: '/{path:*}',
  produces: [],
  since: 'v3.3',
  handle: () => {
    throw new ApiError(404, 'NotFound', '404: Page Not Found', { dialect: 'router' });
  },
}));
