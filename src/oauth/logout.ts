import { badRequest } from '../core/api-error.js';
import { isParsableUrl } from '../core/go-url.js';
import { inRange } from '../core/release.js';
import { bearerToken } from '../auth/authenticate.js';
import { headerOf } from '../auth/credentials.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { success } from '../registry/reply.js';
import { found } from './redirect.js';

/**
 * `GET /oauth/logout`: ends every session of the caller before 4.1, only that of the presented token since.
 *
 * @see kubesphere/kubesphere pkg/kapis/oauth/handler.go logout
 */
export function logOut(context: RequestContext): Reply {
  const { world, user, query, headers } = context;
  const release = world.release.name;
  if (inRange(release, { since: 'v4.1' })) {
    const token = bearerToken(headerOf(headers, 'authorization'));
    if (token === '') return success();
    world.sessions.revoke(user.name, token);
  } else {
    world.sessions.revokeAll(user.name);
  }
  const target = query.get('post_logout_redirect_uri') ?? '';
  if (target === '') return success();
  if (!isParsableUrl(target))
    throw badRequest(`invalid logout redirect URI: ${parseProblem(target)}`, { dialect: 'text' });
  const state = query.get('state') ?? '';
  const withState = inRange(release, { since: 'v3.4' }) && state !== '';
  return found(
    { method: 'GET', path: context.info.path },
    withState ? addState(target, state) : target,
    true,
  );
}

/** 3.4 and later put the state into the query. */
function addState(target: string, state: string): string {
  const [, bare = '', query = '', fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(target) ?? [];
  const values = new URLSearchParams(query);
  values.append('state', state);
  values.sort();
  return `${bare}?${values.toString()}${fragment}`;
}

/** Go's words for a URL it cannot read. */
function parseProblem(target: string): string {
  const shown = `parse ${JSON.stringify(target)}`;
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  if (/[\x00-\x1f\x7f]/.test(target)) return `${shown}: net/url: invalid control character in URL`;
  const escape = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(target);
  if (escape !== null) return `${shown}: invalid URL escape ${JSON.stringify(escape[0])}`;
  if (target.startsWith(':')) return `${shown}: missing protocol scheme`;
  return `${shown}: first path segment in URL cannot contain colon`;
}
