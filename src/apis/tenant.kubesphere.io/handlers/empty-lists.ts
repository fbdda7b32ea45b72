import type { Reply } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';

/** Lists kinds that no world of this fake holds: DevOps projects of a member and federated namespaces. */
export function listEmpty(): Reply {
  return json({ items: [], totalItems: 0 });
}
