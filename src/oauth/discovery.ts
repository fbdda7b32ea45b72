import { inRange } from '../core/release.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { json } from '../registry/reply.js';

const claims = ['iss', 'sub', 'aud', 'iat', 'exp', 'email', 'locale', 'preferred_username'];

/** The OpenID discovery document; its addresses are made of the configured issuer, not of the request. */
export function getDiscovery({ world }: RequestContext): Reply {
  const since41 = inRange(world.release.name, { since: 'v4.1' });
  const { issuer } = world.settings;
  const base = since41 ? `${issuer}/oauth` : issuer;
  return json({
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    userinfo_endpoint: `${base}/userinfo`,
    jwks_uri: `${base}/keys`,
    grant_types_supported: ['authorization_code', 'refresh_token'],
    response_types_supported: since41 ? ['code', 'id_token'] : ['code', 'token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: since41 ? ['plain', 'S256'] : ['S256', 'plain'],
    scopes_supported: since41
      ? ['openid', 'email', 'profile']
      : ['openid', 'email', 'profile', 'offline_access'],
    token_endpoint_auth_methods_supported: since41
      ? ['client_secret_post']
      : ['client_secret_basic', 'client_secret_post'],
    claims_supported: claims,
  });
}
