import { goJsonType } from '../core/go-json.js';
import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { JwtDialect } from './dialects.js';

/** What the token is for; `code` is an authorization code. */
export type TokenType = 'access_token' | 'refresh_token' | 'static_token' | 'code' | 'id_token';

/** The claims this server looks at. Times are seconds since 1970. */
export interface TokenClaims {
  readonly username: string;
  /** Recognises ServiceAccounts. */
  readonly subject: string;
  /** 3.0 only. */
  readonly uid: string;
  /** As claimed; any text. */
  readonly type: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
  readonly scopes: readonly string[];
  readonly nonce: string;
  readonly expiresAt: number | undefined;
  readonly issuedAt: number | undefined;
  readonly notBefore: number | undefined;
}

/** Raised when a token cannot be believed; the message is the reason in the words of the release. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

/** The last second a Date can hold; claims beyond it are taken for it. */
const lastMoment = 8.64e12;

const texts: readonly string[] = ['iss', 'sub', 'jti', 'username', 'uid', 'token_type', 'nonce', 'email'];

/**
 * Reads claims the way Go decodes them into its struct: a member of the wrong type is an error.
 *
 * @param dialect What of the release's library the form of claims depends on.
 * @throws InvalidToken
 */
export function readClaims(value: Json, dialect: Pick<JwtDialect, 'singleAudience'>): TokenClaims {
  if (value !== null && !isJsonObject(value)) {
    throw new InvalidToken(`json: cannot unmarshal ${goJsonType(value)} into Go value of type token.Claims`);
  }
  const claims: JsonObject = value ?? {};
  if (dialect.singleAudience) assertType(claims, 'aud', 'string', 'string');
  for (const name of texts) assertType(claims, name, 'string', 'string');
  return {
    username: text(claims, 'username'),
    subject: text(claims, 'sub'),
    uid: text(claims, 'uid'),
    type: text(claims, 'token_type'),
    groups: list(claims, 'groups'),
    extra: readExtra(claims),
    scopes: list(claims, 'scopes'),
    nonce: text(claims, 'nonce'),
    expiresAt: moment(claims, 'exp'),
    issuedAt: moment(claims, 'iat'),
    notBefore: moment(claims, 'nbf'),
  };
}

function own(claims: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function text(claims: JsonObject, name: string): string {
  const value = own(claims, name);
  return typeof value === 'string' ? value : '';
}

function moment(claims: JsonObject, name: string): number | undefined {
  assertType(claims, name, 'number', 'int64');
  const value = own(claims, name);
  if (typeof value !== 'number' || value === 0) return undefined;
  return Math.max(-lastMoment, Math.min(lastMoment, value));
}

function list(claims: JsonObject, name: string): readonly string[] {
  const value = own(claims, name) ?? [];
  if (!Array.isArray(value)) throw mismatch(value, name, '[]string');
  return (value as readonly Json[]).map((item) => {
    if (typeof item !== 'string') throw mismatch(item, name, 'string');
    return item;
  });
}

function readExtra(claims: JsonObject): Readonly<Record<string, readonly string[]>> {
  const value = own(claims, 'extra') ?? null;
  if (value === null) return {};
  if (!isJsonObject(value)) throw mismatch(value, 'extra', 'map[string][]string');
  const extra = Object.create(null) as Record<string, readonly string[]>;
  for (const key of Object.keys(value)) extra[key] = list({ extra: value[key] ?? null }, 'extra');
  return extra;
}

function assertType(claims: JsonObject, name: string, type: 'string' | 'number', goType: string): void {
  const value = own(claims, name);
  if (value !== undefined && value !== null && typeof value !== type) throw mismatch(value, name, goType);
}

function mismatch(value: Json, field: string, goType: string): InvalidToken {
  return new InvalidToken(
    `json: cannot unmarshal ${goJsonType(value)} into Go struct field Claims.${field} of type ${goType}`,
  );
}
