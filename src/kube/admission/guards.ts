import type { WriteContext } from '../../registry/contract.js';
import { hasPolicies } from './policies/find-policies.js';
import { hasWebhooks } from './webhooks/find-webhooks.js';

/** What of admission a cluster has that may look at a write. */
export interface Guards {
  readonly mutating: boolean;
  readonly validating: boolean;
  readonly policies: boolean;
  /** Policies that change objects. */
  readonly changing: boolean;
}

/** Nothing. */
export const noGuards: Guards = { mutating: false, validating: false, policies: false, changing: false };

/** What may look at a write in a cluster; `undefined` when there is nothing, which costs a few look-ups. */
export function guardsOf({
  world,
  cluster: { store },
}: Pick<WriteContext, 'world' | 'cluster'>): Guards | undefined {
  const mutating = hasWebhooks(world, store, 'mutating');
  const validating = hasWebhooks(world, store, 'validating');
  const policies = hasPolicies(world, store, 'validating');
  const changing = hasPolicies(world, store, 'mutating');
  return mutating || validating || policies || changing
    ? { mutating, validating, policies, changing }
    : undefined;
}
