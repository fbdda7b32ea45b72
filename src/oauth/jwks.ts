import type { Reply, RequestContext } from '../registry/contract.js';
import { json } from '../registry/reply.js';

/** `GET /oauth/keys`: the public half of the key that signs id tokens, as a JWK set. */
export async function getKeys({ world }: RequestContext): Promise<Reply> {
  const { n, e } = await world.keys.publicJwk();
  return json({ keys: [{ use: 'sig', kty: 'RSA', kid: world.keys.keyId, alg: 'RS256', n, e }] });
}
