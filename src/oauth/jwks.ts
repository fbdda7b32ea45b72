import type { Reply, RequestContext } from '../registry/contract.js';
import { json } from '../registry/reply.js';

/** `GET /oauth/keys`: the public half of the key that signs id tokens. */
export function getKeys({ world }: RequestContext): Reply {
  const { n, e } = world.keys.publicJwk();
  return json({ keys: [{ use: 'sig', kty: 'RSA', kid: world.keys.keyId, alg: 'RS256', n, e }] });
}
