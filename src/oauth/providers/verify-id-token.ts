import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { goQuote } from '../../core/go-format.js';
import { digArray, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { IdentityError } from './identity.js';

/** An id token taken apart. */
export interface IdToken {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  /** What is signed. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** What an id token has to hold against. */
export interface IdTokenRules {
  readonly issuer: string;
  readonly clientId: string;
  /** A set of JSON web keys. */
  readonly keys: JsonObject;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Takes an id token apart. @throws IdentityError when it is none */
export function readIdToken(raw: string): IdToken {
  const [header = '', claims = '', signature = '', ...more] = raw.split('.');
  const parts = [header, claims].map(decoded);
  if (more.length > 0 || !isJsonObject(parts[0]) || !isJsonObject(parts[1])) {
    throw new IdentityError('failed to decode id token claims: token contains an invalid number of segments');
  }
  return {
    header: parts[0],
    claims: parts[1],
    signed: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

function decoded(segment: string): Json | undefined {
  try {
    return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

/**
 * Sees whether an id token is for us, still good, and signed by its issuer. Only RS256 is known.
 *
 * @throws IdentityError
 * @see coreos/go-oidc oidc/verify.go
 */
export function verifyIdToken(
  { header, claims, signed, signature }: IdToken,
  { issuer, clientId, keys, now }: IdTokenRules,
): void {
  const refused = (why: string): IdentityError => new IdentityError(`failed to verify id token: ${why}`);
  const by = digString(claims, 'iss');
  if (by !== issuer) {
    throw refused(
      `oidc: id token issued by a different provider, expected ${goQuote(issuer)} got ${goQuote(by)}`,
    );
  }
  const { aud, exp } = claims;
  const audience = typeof aud === 'string' ? [aud] : digArray(claims, 'aud').map(String);
  if (!audience.includes(clientId))
    throw refused(`oidc: expected audience ${goQuote(clientId)} got [${audience.map(goQuote).join(' ')}]`);
  if (typeof exp !== 'number' || exp * 1000 < now) throw refused('oidc: token is expired');
  const id = digString(header, 'kid');
  const isSigned = digArray(keys, 'keys')
    .filter(isJsonObject)
    .filter((key) => id === '' || digString(key, 'kid') === id)
    .some((key) => digString(header, 'alg') === 'RS256' && isBy(key, signed, signature));
  if (!isSigned) throw refused('failed to verify signature: failed to verify id token signature');
}

function isBy(key: JsonObject, signed: string, signature: Buffer): boolean {
  try {
    const publicKey = createPublicKey({ key: key as unknown as JsonWebKey, format: 'jwk' });
    return (
      publicKey.asymmetricKeyType === 'rsa' && verify('RSA-SHA256', Buffer.from(signed), publicKey, signature)
    );
  } catch {
    return false;
  }
}
