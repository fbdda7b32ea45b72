import type { JsonObject } from '../../core/json.js';
import type { WriteSteps } from '../../registry/contract.js';
import type { KindRequest } from '../kind-request.js';

/** Changes the steps of a write. */
export type StepsChange = (steps: WriteSteps) => WriteSteps;

/**
 * Has a write of a role or binding looked at, once mutating admission has, by code that is only then loaded; writes of
 * other kinds stay as they are.
 *
 * @param sent As for `grantGuard`.
 */
export async function grantSteps(request: KindRequest, sent?: JsonObject): Promise<StepsChange> {
  if (request.kind.resource.group !== 'rbac.authorization.k8s.io') return (steps) => steps;
  const { grantGuard } = await import('./guard-grants.js');
  const guard = grantGuard(request, sent);
  if (guard === undefined) return (steps) => steps;
  return (steps) => ({
    ...steps,
    mutate: (next, previous) => {
      const mutated = steps.mutate?.(next, previous) ?? next;
      guard(mutated, previous?.object);
      return mutated;
    },
  });
}
