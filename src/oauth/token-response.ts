import type { JsonObject } from '../core/json.js';
import type { OAuthClient } from '../core/settings.js';
import { authDialects } from '../auth/dialects.js';
import { defaultAge, mintToken, type TokenSpec } from '../auth/mint-token.js';
import type { World } from '../state/world.js';

/** For whom tokens are issued. */
export interface Subject {
  readonly name: string;
  /** Goes into the tokens and is copied by a refresh. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** 3.1: the caller's groups, into the tokens. */
  readonly groups?: readonly string[];
}

/** Ages in milliseconds. */
interface Ages {
  readonly access: number;
  readonly refresh: number;
}

/** Tokens of one login, and how long the first of them lives. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds; 0 for ever. */
  readonly expiresIn: number;
}

/** A client's own ages count only when both are set (4.1); else the configured ones. */
function agesOf(world: World, client: OAuthClient | undefined): Ages {
  const own = (client?.accessTokenMaxAgeSeconds ?? 0) * 1000;
  const idle = (client?.accessTokenInactivityTimeoutSeconds ?? 0) * 1000;
  if (own > 0 && idle > 0) return { access: own, refresh: own + idle };
  return { access: defaultAge(world, 'access_token'), refresh: defaultAge(world, 'refresh_token') };
}

/** Issues an access and a refresh token; earlier ones end first where `multipleLogin` is off and honoured. */
export function issueTokens(world: World, subject: Subject, client?: OAuthClient): IssuedTokens {
  const ages = agesOf(world, client);
  if (!world.settings.multipleLogin && authDialects[world.release.name].honoursMultipleLogin) {
    world.sessions.revokeAll(subject.name);
  }
  const spec: TokenSpec = {
    user: subject.name,
    ...(subject.extra !== undefined && Object.keys(subject.extra).length > 0 && { extra: subject.extra }),
    ...(subject.groups !== undefined && subject.groups.length > 0 && { groups: subject.groups }),
  };
  return {
    accessToken: mintToken(world, { ...spec, type: 'access_token', expiresIn: ages.access / 1000 }),
    refreshToken: mintToken(world, { ...spec, type: 'refresh_token', expiresIn: ages.refresh / 1000 }),
    expiresIn: Math.floor(ages.access / 1000),
  };
}

/** The answer of the token endpoint, members in wire order. */
export function tokenBody(issued: IssuedTokens, idToken?: string): JsonObject {
  return {
    access_token: issued.accessToken,
    token_type: 'Bearer',
    refresh_token: issued.refreshToken,
    ...(idToken !== undefined && { id_token: idToken }),
    ...(issued.expiresIn > 0 && { expires_in: issued.expiresIn }),
  };
}
