import { digString } from '../core/json.js';
import { authDialects } from '../auth/dialects.js';
import { findUser } from '../auth/find-user.js';
import { mintToken } from '../auth/mint-token.js';
import type { World } from '../state/world.js';

/** What an id token is asked for with. */
export interface IdTokenRequest {
  readonly user: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly nonce: string;
}

/** Signs an id token: e-mail and profile only with the scopes of these names. */
export function mintIdToken(world: World, { user, clientId, scopes, nonce }: IdTokenRequest): string {
  const spec = findUser(world, user)?.object;
  const email = digString(spec, 'spec', 'email');
  const locale = digString(spec, 'spec', 'lang');
  const hasProfile = scopes.includes('profile');
  const claims: Record<string, string | undefined> = {
    [authDialects[world.release.name].token.fullName]: user,
    nonce: nonce === '' ? undefined : nonce,
    email: scopes.includes('email') && email !== '' ? email : undefined,
    locale: hasProfile && locale !== '' ? locale : undefined,
    preferred_username: hasProfile ? user : undefined,
  };
  return mintToken(world, { user, type: 'id_token', clientId, claims: claims });
}
