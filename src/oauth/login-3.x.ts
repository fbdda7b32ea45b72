import { ApiError } from '../core/api-error.js';
import { digString, type Json } from '../core/json.js';
import { inRange } from '../core/release.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { readBodyObject } from '../registry/read-json-body.js';
import { json } from '../registry/reply.js';
import { logIn } from './grants/password.js';

/**
 * `POST login` of 3.0 to 3.3, for callers who may already create logins: the password grant in JSON.
 *
 * @see kubesphere/kubesphere pkg/kapis/iam/v1alpha2/handler.go at v3.0.0
 */
export async function logIn3(context: RequestContext): Promise<Reply> {
  const until30 = inRange(context.world.release.name, { until: 'v3.0' });
  let body: Json;
  try {
    body = readBodyObject(context, 'oauth.LoginRequest');
  } catch (error) {
    if (until30 && error instanceof ApiError) return json({}, 401);
    throw error;
  }
  const username = digString(body, 'username');
  const password = digString(body, 'password');
  if (until30 && (username === '' || password === '')) return json({}, 401);
  return json(await logIn(context, username, password));
}
