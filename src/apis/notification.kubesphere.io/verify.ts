import { digString } from '../../core/json.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { unmarshalBody } from '../../registry/read-json-body.js';
import { json } from '../../registry/reply.js';

/**
 * `POST …/verification`: sends a test message, were there a Notification Manager. The answer is always 200; what came of
 * it is in the body.
 */
export function verifyReceiver(context: RequestContext): Reply {
  const { params } = context;
  const sent = unmarshalBody(context, 'notification.Notification');
  const user = params['user'] ?? '';
  const type = digString(sent, 'receiver', 'metadata', 'labels', 'type');
  const owner = digString(sent, 'receiver', 'metadata', 'labels', 'user');
  const isForeign = (type === 'tenant' && owner !== user) || (type === 'global' && user !== '');
  if (isForeign) return json({ Status: 403, Message: 'Permission denied' });
  // Differs from KubeSphere: there is never one here, as in an installation without notifications.
  return json({ Status: 400, Message: 'Cannot find Notification Manager endpoint' });
}
