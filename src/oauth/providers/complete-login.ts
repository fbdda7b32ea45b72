import { ApiError } from '../../core/api-error.js';
import type { JsonObject } from '../../core/json.js';
import type { IdentityProvider } from '../../core/settings.js';
import { recordLogin } from '../../auth/login-records.js';
import type { RequestContext } from '../../registry/contract.js';
import { issueTokens, tokenBody } from '../token-response.js';
import { identifyAtGitHub } from './github.js';
import { IdentityError, type Identity } from './identity.js';
import { mapIdentity } from './map-identity.js';
import { identifyByOpenId } from './oidc.js';

/**
 * Logs somebody in who comes back from an identity provider: the token document.
 *
 * @throws ApiError 401
 */
export async function completeLogin(
  context: RequestContext,
  provider: IdentityProvider,
  code: string,
): Promise<JsonObject> {
  const { world } = context;
  const { name } = provider;
  try {
    const identity = await identify(context, provider, code);
    const subject = mapIdentity(context, provider, identity);
    if (subject.extra === undefined) {
      const reason = 'authenticated successfully';
      recordLogin(
        world,
        { user: subject.name, type: 'Token', provider: name, success: true, reason },
        context,
      );
    }
    return tokenBody(issueTokens(world, subject));
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    throw new ApiError(401, 'Unauthorized', `Unauthorized: ${error.message}`, { dialect: 'text' });
  }
}

async function identify(
  { world }: RequestContext,
  { name, type, provider }: IdentityProvider,
  code: string,
): Promise<Identity> {
  const options = (provider ?? {}) as JsonObject;
  let identity: Identity | undefined;
  try {
    identity =
      type === 'GitHubIdentityProvider'
        ? await identifyAtGitHub(options, code)
        : await identifyByOpenId(options, code, world.clock.now());
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    throw new IdentityError(`failed to exchange identity for ${name}, error: ${error.message}`);
  }
  if (identity === undefined) throw new IdentityError(`identity provider ${name} not exist`);
  return identity;
}
