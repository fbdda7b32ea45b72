import { notImplemented } from '../core/api-error.js';
import { inRange } from '../core/release.js';
import { findIdentityProvider } from '../auth/oauth-clients.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { json } from '../registry/reply.js';
import { refusal } from './refusals.js';

/**
 * `GET /oauth/callback/{callback}`: where an identity provider sends the browser. Since 4.1 GitHub and OpenID providers
 * are asked who it is.
 */
export async function handleCallback(context: RequestContext): Promise<Reply> {
  const { world, params, query } = context;
  const release = world.release.name;
  const name = params['callback'] ?? '';
  if (inRange(release, { until: 'v3.1' })) {
    const ticket = inRange(release, { since: 'v3.1' }) ? query.get('ticket') : null;
    if ((query.get('code') ?? '') === '' && (ticket ?? '') === '')
      throw refusal(release, 'missingCallbackCode');
  }
  const provider = findIdentityProvider(world, name);
  if (provider === undefined) throw refusal(release, 'unknownProvider', name);
  if (provider.disabled === true && inRange(release, { since: 'v4.1' })) {
    throw refusal(release, 'disabledProvider', name);
  }
  if (inRange(release, { until: 'v3.4' }) || !asked.has(provider.type))
    throw notImplemented(`the callback of identity provider ${name} (${provider.type})`);
  const { completeLogin } = await import('./providers/complete-login.js');
  return json(await completeLogin(context, provider, query.get('code') ?? ''));
}

/** Types of providers that are asked. */
const asked: ReadonlySet<string> = new Set(['GitHubIdentityProvider', 'OIDCIdentityProvider']);

/** `POST /oauth/login/{identityprovider}` of 3.4. */
export function logInThroughProvider({ world, params }: RequestContext): Reply {
  const name = params['identityprovider'] ?? '';
  if (findIdentityProvider(world, name) === undefined) {
    throw refusal(world.release.name, 'serverError', 'the identity provider was not found');
  }
  throw notImplemented(`a login through identity provider ${name}`);
}
