import { createHmac, sign } from 'node:crypto';
import type { Duration } from '../core/options.js';
import { encodeCompact, type Json, type JsonObject } from '../core/json.js';
import { parseGoDuration } from '../core/go-duration.js';
import { inRange } from '../core/release.js';
import type { World } from '../state/world.js';
import { authDialects } from './dialects.js';
import { emailOf, findUser } from './find-user.js';
import type { TokenType } from './token-claims.js';

/** How a minted token is signed; `none` leaves it unsigned. */
export type TokenAlgorithm = 'HS256' | 'HS384' | 'HS512' | 'RS256' | 'none';

/** Which token to make. Everything but the user has the default of a real login. */
export interface TokenSpec {
  readonly user: string;
  /** Default `access_token`. */
  readonly type?: TokenType;
  /** Life from the moment of issue; negative: already expired; 0: no `exp`. Default: that of the type. */
  readonly expiresIn?: Duration;
  /** RFC 3339, or seconds from now (negative: in the past). Default: now. */
  readonly issuedAt?: Duration;
  /** The same for `nbf`, which only 2.1 to 3.1 look at. */
  readonly notBefore?: Duration;
  readonly issuer?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** Audience of codes and id tokens. */
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  readonly nonce?: string;
  /** Claims to add or to replace. */
  readonly claims?: JsonObject;
  /** `wrong` signs with another key than the server's; anything else is the HS256 secret to use. */
  readonly key?: string;
  readonly alg?: TokenAlgorithm;
  /** Not a token at all: `garbage`. */
  readonly garbage?: boolean;
  /** False: the server does not remember it, as after a logout. */
  readonly remembered?: boolean;
}

const hs256Header = encodeSegment('{"alg":"HS256","typ":"JWT"}');
const hmacs: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

/** Life of an authorization code in milliseconds. */
const codeAge = 600_000;

/**
 * Signs a token as the server of this world would, or deliberately otherwise.
 *
 * The server remembers it like one of its own unless `remembered` is false. The user need not exist.
 */
export function mintToken(world: World, spec: TokenSpec): string {
  if (spec.garbage === true) return 'garbage';
  const type = spec.type ?? 'access_token';
  const now = world.clock.now();
  const issuedAt = momentOf(spec.issuedAt, now) ?? now;
  const age = durationOf(spec.expiresIn) ?? defaultAge(world, type);
  const token = signClaims(
    world,
    { ...claimsOf(world, spec, type, issuedAt, age), ...spec.claims },
    type,
    spec,
  );
  if (spec.remembered !== false && type !== 'static_token') remember(world, spec.user, token, issuedAt, age);
  return token;
}

/** The static token a 4.1 ServiceAccount gets in its Secret. */
export function serviceAccountToken(world: World, namespace: string, name: string): string {
  return mintToken(world, { user: `kubesphere:serviceaccount:${namespace}:${name}`, type: 'static_token' });
}

/** Milliseconds a token of a type lives by configuration; 0 for ever. */
export function defaultAge(world: World, type: TokenType): number {
  const { accessTokenMaxAge, accessTokenInactivityTimeout } = world.settings;
  // In 2.1 the session decides, not the token.
  if (type === 'access_token' && authDialects[world.release.name].slidingSessions) return 0;
  switch (type) {
    case 'access_token':
      return accessTokenMaxAge;
    case 'refresh_token':
    case 'id_token':
      return accessTokenMaxAge + accessTokenInactivityTimeout;
    case 'code':
      return codeAge;
    case 'static_token':
      return 0;
  }
}

function remember(world: World, user: string, token: string, issuedAt: number, age: number): void {
  const { slidingSessions } = authDialects[world.release.name];
  const expiresAt = slidingSessions ? issuedAt + world.settings.accessTokenInactivityTimeout : issuedAt + age;
  world.sessions.remember(
    user,
    token,
    age === 0 && !slidingSessions ? undefined : expiresAt,
    world.clock.now(),
  );
}

/** Every claim the release knows, to be written in its order. Milliseconds in. */
function claimsOf(world: World, spec: TokenSpec, type: TokenType, issuedAt: number, age: number): JsonObject {
  const { token: dialect } = authDialects[world.release.name];
  const { settings } = world;
  const written = Math.floor((issuedAt - (dialect.backdated ? settings.maximumClockSkew : 0)) / 1000);
  const notBefore = momentOf(spec.notBefore, world.clock.now());
  return {
    username: spec.user,
    ...(inRange(world.release.name, { until: 'v3.0' }) && identityClaims(world, spec.user)),
    groups: spec.groups,
    extra: spec.extra,
    token_type: type,
    type: type === 'refresh_token' ? type : undefined,
    exp: age === 0 ? undefined : written + Math.floor(age / 1000),
    iat: written,
    iss: spec.issuer ?? dialect.fixedIssuer ?? settings.issuer,
    nbf: notBefore === undefined ? (dialect.backdated ? written : undefined) : Math.floor(notBefore / 1000),
    sub: spec.user,
    aud: spec.clientId === undefined ? undefined : [spec.clientId],
    scopes: spec.scopes,
    nonce: spec.nonce,
  };
}

/** What 2.1 (e-mail) and 3.0 (uid) take from the user into every token. */
function identityClaims(world: World, name: string): JsonObject {
  return { uid: findUser(world, name)?.object.metadata.uid, email: emailOf(world, name) };
}

function signClaims(world: World, claims: JsonObject, type: TokenType, spec: TokenSpec): string {
  const { order } = authDialects[world.release.name].token;
  const ordered = Object.create(null) as Record<string, Json | undefined>;
  for (const name of order) if (claims[name] !== undefined) ordered[name] = claims[name];
  for (const name of Object.keys(spec.claims ?? {})) ordered[name] = spec.claims?.[name];
  const body = encodeSegment(encodeCompact(ordered));
  const algorithm = spec.alg ?? (type === 'id_token' ? 'RS256' : 'HS256');
  if (algorithm === 'HS256' && spec.key === undefined) {
    const input = `${hs256Header}.${body}`;
    return `${input}.${world.keys.hs256(input)}`;
  }
  return signOtherwise(world, algorithm, body, spec.key);
}

function signOtherwise(
  world: World,
  algorithm: TokenAlgorithm,
  body: string,
  key: string | undefined,
): string {
  const kid = algorithm === 'RS256' ? { kid: world.keys.keyId } : {};
  const input = `${encodeSegment(JSON.stringify({ alg: algorithm, ...kid, typ: 'JWT' }))}.${body}`;
  if (algorithm === 'none') return `${input}.`;
  if (algorithm === 'RS256') {
    return `${input}.${sign('RSA-SHA256', Buffer.from(input), world.keys.privateKey).toString('base64url')}`;
  }
  const secret = key === 'wrong' ? `not ${world.keys.jwtSecret}` : (key ?? world.keys.jwtSecret);
  return `${input}.${createHmac(hmacs[algorithm] ?? 'sha256', secret)
    .update(input)
    .digest('base64url')}`;
}

function encodeSegment(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** Milliseconds. @throws RangeError when the text is no duration */
function durationOf(value: Duration | undefined): number | undefined {
  if (value === undefined || typeof value === 'number') return value === undefined ? undefined : value * 1000;
  const parsed = parseGoDuration(value);
  if (parsed === undefined) throw new RangeError(`"${value}" is not a duration such as 2h, 10m0s or -5m`);
  return parsed;
}

/** Milliseconds since 1970 of a moment given as RFC 3339 or as a distance from now. */
function momentOf(value: Duration | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? now + (durationOf(value) ?? 0) : parsed;
}
