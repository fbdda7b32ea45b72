import { ApiError } from '../core/api-error.js';
import { hasBackend } from '../core/server-configuration.js';
import type { RequestContext } from '../registry/contract.js';
import { pageNotFound } from '../registry/router.js';

const devops = /^\/kapis\/devops\.kubesphere\.io(?:\/|$)/;
const alerting = /^\/kapis\/alerting\.kubesphere\.io\/v2alpha1(?:\/|$)/;

/** Tells whether a request is for a group that a server of 3.x does not have, as nothing is configured for it. */
export function isUnconfigured({
  info,
  release,
  world,
}: Pick<RequestContext, 'info' | 'release' | 'world'>): boolean {
  return devops.test(info.localPath) && !hasBackend(world.settings.configuration, release.name, 'devops');
}

/**
 * Refuses requests for groups of 3.x that are not configured: DevOps is not registered then, alerting says so.
 *
 * @throws ApiError 404, 400
 * @see kubesphere/kubesphere pkg/kapis/devops, pkg/kapis/alerting/v2alpha1/register.go
 */
export function refuseUnconfigured(context: RequestContext): undefined {
  if (context.info.isKubernetesRequest) return undefined;
  if (isUnconfigured(context)) throw pageNotFound();
  const { info, release, world } = context;
  if (alerting.test(info.localPath) && !hasBackend(world.settings.configuration, release.name, 'alerting'))
    throw new ApiError(400, 'BadRequest', 'The alerting v2 API is not enabled', { dialect: 'text' });
  return undefined;
}
