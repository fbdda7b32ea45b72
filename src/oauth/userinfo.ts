import { digString } from '../core/json.js';
import { anonymousName } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import { authDialects } from '../auth/dialects.js';
import { findUser } from '../auth/find-user.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { json } from '../registry/reply.js';
import { OAuthError } from './oauth-error.js';
import { refusal } from './refusals.js';

/** `GET /oauth/userinfo`: claims about the caller, empty ones left out. */
export function getUserinfo({ world, user }: RequestContext): Reply {
  const release = world.release.name;
  if (user.name === anonymousName) {
    if (inRange(release, { until: 'v3.4' })) throw new OAuthError(401, 'login_required');
    // 4.1 writes the bare code.
    return json('login_required', 401);
  }
  const found = findUser(world, user.name)?.object;
  if (found === undefined)
    throw refusal(release, 'serverError', `user.iam.kubesphere.io "${user.name}" not found`);
  const { name } = found.metadata;
  const email = digString(found, 'spec', 'email');
  const locale = digString(found, 'spec', 'lang');
  return json({
    sub: name,
    [authDialects[release].token.fullName]: name,
    ...(email !== '' && { email }),
    ...(locale !== '' && { locale }),
    preferred_username: name,
  });
}
