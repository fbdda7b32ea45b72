import { ApiError } from '../../core/api-error.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';

/** 404 for a rule that is not there. */
export function ruleNotFound(): ApiError {
  return new ApiError(404, 'NotFound', 'The alerting rule was not found');
}

/**
 * Rules that come with Prometheus, or their alerts.
 *
 * Differs from KubeSphere: there is no Prometheus here, and none of its rules.
 */
export function listBuiltin(_context: RequestContext): Reply {
  return json({ items: null, total: 0 });
}

/** One of the rules that come with Prometheus. @throws ApiError 404 */
export function refuseBuiltin(_context: RequestContext): Reply {
  throw ruleNotFound();
}
