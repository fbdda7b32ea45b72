import { digArray, digString } from '../../core/json.js';
import type { ObjectStore } from '../../state/object-store.js';
import { isGuard, type RuledWrite } from './attributes.js';
import type { Guards } from './guards.js';
import { matchedVersion } from './match-rules.js';
import { findPolicies } from './policies/find-policies.js';
import { findWebhooks } from './webhooks/find-webhooks.js';

/** Whether the rules of any webhook or bound policy ask for a write. */
export function concerns(guards: Guards, store: ObjectStore, write: RuledWrite): boolean {
  const isHooked = (['mutating', 'validating'] as const).some(
    (kind) =>
      guards[kind] &&
      !isGuard(write.resource, 'webhooks') &&
      findWebhooks(store, kind).some(
        ({ spec }) =>
          matchedVersion(digArray(spec, 'rules'), write, digString(spec, 'matchPolicy') !== 'Exact') !==
          undefined,
      ),
  );
  if (isHooked || isGuard(write.resource, 'policies')) return isHooked;
  const kinds = [guards.policies && 'validating', guards.changing && 'mutating'] as const;
  return kinds.some(
    (kind) =>
      kind !== false &&
      findPolicies(store, kind).some(
        ({ policy }) =>
          matchedVersion(
            digArray(policy, 'spec', 'matchConstraints', 'resourceRules'),
            write,
            digString(policy, 'spec', 'matchConstraints', 'matchPolicy') !== 'Exact',
          ) !== undefined,
      ),
  );
}
