import { notImplemented } from '../core/api-error.js';
import { inRange } from '../core/release.js';
import { findIdentityProvider } from '../auth/oauth-clients.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { json } from '../registry/reply.js';
import { parseForm } from './form.js';
import { refusal } from './refusals.js';

/**
 * `GET /oauth/callback/{callback}`: where an identity provider sends the browser. Since 4.1 GitHub and OpenID providers
 * and other providers are asked who it is; so are those of 3.1 to 3.4.
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
  if (inRange(release, { until: 'v3.0' }) || !asked.has(provider.type))
    throw notImplemented(`the callback of identity provider ${name} (${provider.type})`);
  const { completeLogin } = await import('./providers/complete-login.js');
  return json(await completeLogin(context, provider));
}

/** Types of providers that are asked. */
const asked: ReadonlySet<string> = new Set([
  'AliyunIDaaSProvider',
  'CASIdentityProvider',
  'GitHubIdentityProvider',
  'GitlabIdentityProvider',
  // Its passwords come another way: for callbacks it does not exist.
  'LDAPIdentityProvider',
  'OIDCIdentityProvider',
]);

/** `POST /oauth/login/{identityprovider}` of 3.4. */
export async function logInThroughProvider(context: RequestContext): Promise<Reply> {
  const { world, params } = context;
  const name = params['identityprovider'] ?? '';
  const provider = findIdentityProvider(world, name);
  if (provider === undefined)
    throw refusal(world.release.name, 'serverError', 'the identity provider was not found');
  const { values: form, error } = parseForm(context.body, context.url);
  if (error !== undefined) throw refusal(world.release.name, 'badForm', error);
  const { checksPasswords, logInAt } = await import('./providers/password-login.js');
  if (!checksPasswords(provider))
    throw notImplemented(`a login with a password through ${name} (${provider.type})`);
  return json(await logInAt(context, provider, form.get('username') ?? '', form.get('password') ?? ''));
}
