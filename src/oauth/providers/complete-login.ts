import { ApiError } from '../../core/api-error.js';
import type { JsonObject } from '../../core/json.js';
import { inRange } from '../../core/release.js';
import type { IdentityProvider, OAuthClient } from '../../core/settings.js';
import { recordLogin } from '../../auth/login-records.js';
import type { RequestContext } from '../../registry/contract.js';
import { issueTokens, tokenBody, type Subject } from '../token-response.js';
import { identifyAtCas } from './cas.js';
import { IdentityError, type Identity } from './identity.js';
import { mapIdentity } from './map-identity.js';
import { mapIdentity3 } from './map-identity-3.x.js';
import { identifyByOAuth2 } from './o-auth2.js';
import { oAuth2Providers } from './o-auth2-providers.js';
import { identifyByOpenId } from './oidc.js';

/**
 * Logs somebody in who comes back from an identity provider: the token document.
 *
 * @throws ApiError 401
 */
export async function completeLogin(
  context: RequestContext,
  provider: IdentityProvider,
): Promise<JsonObject> {
  try {
    const identity = await exchange(context, provider);
    return issueFor(context, provider, subjectOf(context, provider, identity));
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    throw new ApiError(401, 'Unauthorized', `Unauthorized: ${error.message}`, { dialect: 'text' });
  }
}

/** Tokens for somebody a provider knows; that they have logged in is recorded, once they are a user. */
export function issueFor(
  context: RequestContext,
  { name }: IdentityProvider,
  subject: Subject,
  client?: OAuthClient,
): JsonObject {
  const { world } = context;
  if (subject.extra === undefined) {
    const reason = 'authenticated successfully';
    recordLogin(world, { user: subject.name, type: 'Token', provider: name, success: true, reason }, context);
  }
  return tokenBody(issueTokens(world, subject, client));
}

function subjectOf(context: RequestContext, provider: IdentityProvider, identity: Identity): Subject {
  if (inRange(context.world.release.name, { since: 'v4.1' })) return mapIdentity(context, provider, identity);
  const subject = mapIdentity3(context, provider, identity);
  if (subject !== undefined) return subject;
  const missing = provider.mappingMethod === 'lookup' ? identity.uid : identity.username;
  throw new IdentityError(`user.iam.kubesphere.io "${missing}" not found`);
}

/** @throws IdentityError when it does not say who it is; since 4.1 with the name of the provider */
async function exchange(context: RequestContext, provider: IdentityProvider): Promise<Identity> {
  const { name } = provider;
  const since41 = inRange(context.world.release.name, { since: 'v4.1' });
  let identity: Identity | undefined;
  try {
    identity = await identify(context, provider);
  } catch (error) {
    if (!(error instanceof IdentityError) || !since41) throw error;
    throw new IdentityError(`failed to exchange identity for ${name}, error: ${error.message}`);
  }
  if (identity === undefined)
    throw new IdentityError(
      since41 ? `identity provider ${name} not exist` : `identity provider with name "${name}" not found`,
    );
  return identity;
}

async function identify(
  { world, query }: RequestContext,
  { type, provider }: IdentityProvider,
): Promise<Identity | undefined> {
  if (type === 'LDAPIdentityProvider') return undefined;
  const options = (provider ?? {}) as JsonObject;
  if (type === 'CASIdentityProvider') return identifyAtCas(options, query.get('ticket') ?? '');
  const code = query.get('code') ?? '';
  const known = oAuth2Providers[type];
  return known === undefined
    ? identifyByOpenId(options, code, world.clock.now())
    : identifyByOAuth2(known, options, code);
}
