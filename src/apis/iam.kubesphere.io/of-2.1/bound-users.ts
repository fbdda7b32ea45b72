import { digArray, digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { ConditionQuery } from '../../../registry/conditions.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import { accountOf, type AccountRoles } from './account.js';

/** An account with the roles a list is about. */
export interface Bound {
  readonly user: KubeObject;
  readonly roles: AccountRoles;
}

/** The users of bindings, each with the first binding that names them. */
export function usersOf(
  bindings: readonly KubeObject[],
): readonly { readonly user: string; readonly binding: KubeObject }[] {
  const found = new Map<string, KubeObject>();
  for (const binding of bindings) {
    for (const subject of digArray(binding, 'subjects')) {
      const user = digString(subject, 'name');
      if (digString(subject, 'kind') === 'User' && !found.has(user)) found.set(user, binding);
    }
  }
  return [...found].map(([user, binding]) => ({ user, binding }));
}

/** A page of accounts in the order of their names, whatever order is asked for. */
export function paged(
  context: RequestContext,
  all: readonly Bound[],
  { limit, offset, reverse }: ConditionQuery,
): Reply {
  const sorted = [...all].sort((a, b) => (a.user.metadata.name < b.user.metadata.name ? -1 : 1));
  if (reverse) sorted.reverse();
  const items = sorted.slice(offset, limit === -1 ? undefined : offset + Math.max(0, limit));
  return json({
    items: items.map(({ user, roles }) => accountOf(user, context, roles)),
    total_count: all.length,
  });
}
