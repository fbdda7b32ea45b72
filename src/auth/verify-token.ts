import { ApiError } from '../core/api-error.js';
import { formatGoDuration } from '../core/go-duration.js';
import { goJsonType, parseGoJson, type GoReader } from '../core/go-json.js';
import { isJsonObject, type Json } from '../core/json.js';
import type { SigningKeys } from '../state/signing-keys.js';
import type { World } from '../state/world.js';
import { authDialects, type JwtDialect } from './dialects.js';
import { decodeGoBase64 } from '../core/go-base64.js';
import { InvalidToken, readClaims, type TokenClaims } from './token-claims.js';

/** Tokens whose signature is remembered, per key. */
const rememberedTokens = 10_000;

/** Tokens already found to be signed by a key, by their text. A fork of a world shares the key and so the memory. */
const readTokens = new WeakMap<SigningKeys, Map<string, TokenClaims>>();

const hmacHashes: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };
const knownAlgorithms = new Set([
  ...Object.keys(hmacHashes),
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'none'],
]);

/**
 * The claims of a token that is ours, current and still remembered.
 *
 * @throws InvalidToken with the reason in the words of the release
 * @see kubesphere/kubesphere pkg/models/auth/token.go, pkg/apiserver/authentication/token/issuer.go
 */
export function verifyToken(world: World, token: string): TokenClaims {
  const claims = readToken(world, token);
  const dialect = authDialects[world.release.name];
  const now = world.clock.now();
  assertCurrent(claims, dialect.jwt, now, world.settings.maximumClockSkew);
  if (dialect.slidingSessions) renewSession(world, token, claims, now);
  else if (
    claims.type !== 'static_token' &&
    world.settings.accessTokenMaxAge !== 0 &&
    !world.sessions.knows(claims.username, token, now)
  ) {
    throw new InvalidToken('token not found in cache');
  }
  return claims;
}

/** 2.1: a token without `exp` lives as long as its session, and every use renews that. */
function renewSession(world: World, token: string, claims: TokenClaims, now: number): void {
  if (claims.username === '') throw new InvalidToken('invalid payload');
  if (claims.expiresAt !== undefined) return;
  if (!world.sessions.knows(claims.username, token, now)) throw new InvalidToken('illegal token');
  world.sessions.remember(claims.username, token, now + world.settings.accessTokenInactivityTimeout, now);
}

/** The claims of a token that is ours, whether current or not. @throws InvalidToken */
export function readToken(world: World, token: string): TokenClaims {
  let known = readTokens.get(world.keys);
  if (known === undefined) {
    known = new Map();
    readTokens.set(world.keys, known);
  }
  const found = known.get(token);
  if (found !== undefined) return found;
  const claims = parseToken(world, token);
  if (known.size >= rememberedTokens) {
    for (const oldest of known.keys()) {
      known.delete(oldest);
      break;
    }
  }
  known.set(token, claims);
  return claims;
}

/** In the order of the Go libraries: form, header, claims, algorithm, key, signature. @see golang-jwt/jwt parser.go */
function parseToken(world: World, token: string): TokenClaims {
  const dialect = authDialects[world.release.name].jwt;
  const segments = token.split('.', 4);
  const [head = '', body = '', signature = ''] = segments;
  if (segments.length !== 3) throw new InvalidToken('token contains an invalid number of segments');
  const header = parseSegment(head, dialect, 'unmarshal');
  if (header !== null && !isJsonObject(header)) {
    throw new InvalidToken(
      `json: cannot unmarshal ${goJsonType(header)} into Go value of type map[string]interface {}`,
    );
  }
  const claims = readClaims(parseSegment(body, dialect, 'decode'), dialect);
  const algorithm = header !== null && Object.hasOwn(header, 'alg') ? header['alg'] : undefined;
  if (typeof algorithm !== 'string') throw new InvalidToken('signing method (alg) is unspecified.');
  if (!knownAlgorithms.has(algorithm)) throw new InvalidToken('signing method (alg) is unavailable.');
  assertSigned(world, dialect, algorithm, `${head}.${body}`, signature);
  return claims;
}

function parseSegment(segment: string, dialect: JwtDialect, reader: GoReader): Json {
  const decoded = decodeSegment(segment, dialect);
  try {
    return parseGoJson(decoded.toString('utf8'), reader);
  } catch (error) {
    throw error instanceof ApiError ? new InvalidToken(error.message) : error;
  }
}

function decodeSegment(segment: string, dialect: JwtDialect): Buffer {
  const decoded = decodeGoBase64(segment, dialect.padsSegments);
  if ('bytes' in decoded) return decoded.bytes;
  throw new InvalidToken(`illegal base64 data at input byte ${String(decoded.badAt)}`);
}

function assertSigned(
  world: World,
  dialect: JwtDialect,
  algorithm: string,
  input: string,
  signature: string,
): void {
  const hash = hmacHashes[algorithm];
  if (dialect.methods === 'hmac') {
    if (hash === undefined) throw new InvalidToken(`expect token signed with HMAC but got ${algorithm}`);
  } else if (algorithm === 'RS256') {
    decodeSegment(signature, dialect);
    throw new InvalidToken('key is of invalid type');
  } else if (algorithm !== 'HS256') {
    throw new InvalidToken(`signing method ${algorithm} is invalid`);
  }
  const given = decodeSegment(signature, dialect);
  if (!world.keys.accepts(input, given, hash)) throw new InvalidToken('signature is invalid');
}

function assertCurrent(claims: TokenClaims, dialect: JwtDialect, now: number, skew: number): void {
  const exact = dialect.precision === 'nanoseconds';
  const clock = exact ? now : Math.floor(now / 1000) * 1000;
  const { expiresAt, issuedAt, notBefore } = claims;
  if (dialect.notYetValid !== undefined) {
    // These libraries go on after a failed check; the last failure is the one reported.
    if (notBefore !== undefined && clock < notBefore * 1000) throw new InvalidToken(dialect.notYetValid);
    if (issuedAt !== undefined && clock < issuedAt * 1000) throw new InvalidToken(dialect.usedBeforeIssued);
  }
  if (expiresAt !== undefined && (exact ? clock >= expiresAt * 1000 : clock > expiresAt * 1000)) {
    const by = BigInt(Math.round(clock - expiresAt * 1000)) * 1_000_000n;
    throw new InvalidToken(dialect.expired.replace('{by}', formatGoDuration(by)));
  }
  if (dialect.grantsSkew && issuedAt !== undefined && issuedAt * 1000 > clock + skew) {
    const shown = exact
      ? [goTime(issuedAt * 1000), `${goTime(clock)} m=+1.000000000`]
      : [String(issuedAt), String(clock / 1000)];
    throw new InvalidToken(
      dialect.usedBeforeIssued.replace('{iat}', shown[0] ?? '').replace('{now}', shown[1] ?? ''),
    );
  }
}

/** A moment as Go prints it in UTC: `2024-07-18 17:36:06.5 +0000 UTC`. */
function goTime(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  const fraction = iso.slice(20, 23).replace(/0+$/, '');
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}
