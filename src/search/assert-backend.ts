import { ApiError } from '../core/api-error.js';
import { hasBackend, type Backend } from '../core/server-configuration.js';
import type { RequestContext } from '../registry/contract.js';

/**
 * Refuses a search where the configuration names no store to search in: the real server runs into a client it does not
 * have, and what catches that says no more (derived).
 *
 * @throws ApiError 500
 * @see kubesphere/kubesphere pkg/apiserver/apiserver.go logStackOnRecover
 */
export function assertBackend({ release, world }: RequestContext, backend: Backend): void {
  if (hasBackend(world.settings.configuration, release.name, backend)) return;
  throw new ApiError(500, 'InternalError', 'Internal server error', { dialect: 'router' });
}
