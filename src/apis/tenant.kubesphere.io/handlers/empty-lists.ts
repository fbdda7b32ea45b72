import type { Reply } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';

/** Lists a kind that no world of this fake holds: federated namespaces. */
export function listEmpty(): Reply {
  return json({ items: [], totalItems: 0 });
}
