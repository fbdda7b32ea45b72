import type { RequestContext } from '../../registry/contract.js';
import { hasWebhooks } from './webhooks/find-webhooks.js';

/** What of admission a cluster has that may look at a write. */
export interface Guards {
  readonly mutating: boolean;
  readonly validating: boolean;
}

/** What may look at a write in a cluster; `undefined` when there is nothing, which costs a few look-ups. */
export function guardsOf({ world, cluster: { store } }: RequestContext): Guards | undefined {
  const mutating = hasWebhooks(world, store, 'mutating');
  const validating = hasWebhooks(world, store, 'validating');
  return mutating || validating ? { mutating, validating } : undefined;
}
