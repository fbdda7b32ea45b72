import type { JsonObject } from '../../core/json.js';
import { inRange } from '../../core/release.js';
import { InvalidToken, type TokenClaims } from '../../auth/token-claims.js';
import { verifyToken } from '../../auth/verify-token.js';
import type { World } from '../../state/world.js';
import { mintIdToken } from '../id-token.js';
import { resolveRedirect } from '../redirect.js';
import { refusal } from '../refusals.js';
import { issueTokens, tokenBody } from '../token-response.js';
import type { GrantRequest } from './grant.js';

/** The code grant. A code is a token too; it works once. The client is not compared with the one it was made for. */
export function grantAuthorizationCode({ context, form, client }: GrantRequest): JsonObject {
  const { world } = context;
  const release = world.release.name;
  const code = form.get('code') ?? '';
  if (inRange(release, { since: 'v4.1' })) {
    if (code === '') throw refusal(release, 'missingCode');
    if (resolveRedirect(client, form.get('redirect_uri') ?? '', release) === undefined) {
      throw refusal(release, 'redirectNotAllowed');
    }
  }
  const claims = verifyCode(world, code);
  const { username: user, extra, scopes, nonce } = claims;
  const issued = issueTokens(world, { name: user, extra }, client);
  const idToken = scopes.includes('openid')
    ? mintIdToken(world, { user, clientId: client?.name ?? '', scopes, nonce })
    : undefined;
  // Differs from KubeSphere: with the in-process cache 3.2 and 3.3 leave the code usable; with Redis they do not.
  world.sessions.revoke(user, code);
  return tokenBody(issued, idToken);
}

function verifyCode(world: World, code: string): TokenClaims {
  let reason: string;
  try {
    const claims = verifyToken(world, code);
    if (claims.type === 'code') return claims;
    reason = `ivalid token type ${claims.type} want code`;
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error;
    reason = error.message;
  }
  throw refusal(world.release.name, 'invalidCode', reason);
}
