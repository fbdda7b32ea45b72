import { ldapText } from '../auth/ldap-error.js';
import { ApiError } from '../core/api-error.js';
import { digString, type Json, type JsonObject } from '../core/json.js';
import { headerOf } from '../auth/credentials.js';
import { mintToken } from '../auth/mint-token.js';
import { InvalidToken } from '../auth/token-claims.js';
import { verifyToken } from '../auth/verify-token.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { readBodyObject } from '../registry/read-json-body.js';
import { json } from '../registry/reply.js';
import type { World } from '../state/world.js';
import { bind, findAccount } from './ldap-accounts.js';

const malformed = 'incorrect username or password';
const ldapRefusal = ldapText(49);
const limited = 'auth rate limit exceeded';

/** Why a login of 2.1 failed. */
interface Refused {
  readonly code: 401 | 429;
  readonly message: string;
}

/**
 * `POST login` of 2.1: a token without end; the session behind it lives as long as it is used.
 *
 * @see kubesphere/kubesphere pkg/models/iam/im.go, pkg/apiserver/iam/auth.go at v2.1.1
 */
export async function logIn21(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const credentials = readCredentials(context);
  const outcome =
    credentials === undefined ? refused(401, malformed) : await checkAccount(world, credentials);
  if (typeof outcome !== 'string') throw new ApiError(outcome.code, 'Unauthorized', outcome.message);
  endOtherSessions(world, outcome);
  world.sessions.noteLogin(outcome, { time: world.clock.timestamp(), address: addressOf(context) });
  return json({ access_token: mintToken(world, { user: outcome }) });
}

/**
 * `POST token` of 2.1: like OAuth, in JSON. These tokens end by themselves and cannot be revoked.
 *
 * @throws ApiError 401 with the reason in `WWW-Authenticate` too
 */
export async function postToken21(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const body = readBodyObject(context, 'iam.OAuthRequest');
  const grant = digString(body, 'grant_type');
  let user: string;
  if (grant === 'refresh_token') user = refreshedUser(world, digString(body, 'refresh_token'));
  else if (grant === 'password') {
    const outcome = await checkAccount(world, body);
    if (typeof outcome !== 'string') {
      throw challenge(outcome.code === 429 ? `[ServiceError:429] ${limited}` : outcome.message);
    }
    user = outcome;
  } else throw challenge('grant_type is not supported');
  const idle = world.settings.accessTokenInactivityTimeout / 1000;
  return json({
    token_type: 'jwt',
    access_token: mintToken(world, { user, expiresIn: 4 * idle }),
    expires_in: 4 * idle,
    refresh_token: mintToken(world, { user, type: 'refresh_token', expiresIn: 5 * idle }),
  });
}

/** `GET users/{user}/logs` of 2.1: the latest logins, oldest first. */
export function getLoginLog({ world, params }: RequestContext): Reply {
  const entries = world.sessions.logins(params['user'] ?? '');
  return json(entries.map(({ time, address }) => ({ login_ip: address, login_time: time })));
}

function refreshedUser(world: World, token: string): string {
  try {
    if (token === '') throw new InvalidToken('token length is zero');
    return verifyToken(world, token).username;
  } catch (error) {
    throw error instanceof InvalidToken ? challenge(error.message) : error;
  }
}

function readCredentials(context: RequestContext): JsonObject | undefined {
  try {
    return readBodyObject(context, 'iam.LoginRequest');
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** Uid of the account, or why not. Failures count against the uid, the limit is asked for what was typed. */
async function checkAccount(world: World, body: Json): Promise<string | Refused> {
  const login = digString(body, 'username');
  const password = digString(body, 'password');
  if (login === '' || password === '') return refused(401, malformed);
  const { rateLimit } = world.settings;
  const now = world.clock.now();
  if (world.sessions.failures(login, now) >= rateLimit.maxTries) return refused(429, limited);
  const uid = findAccount(world, login);
  if (uid === undefined) return refused(401, `${ldapRefusal}incorrect password`);
  if (await bind(world, uid, password)) return uid;
  world.sessions.noteFailure(uid, now + rateLimit.duration);
  return refused(401, ldapRefusal);
}

function endOtherSessions(world: World, uid: string): void {
  if (!world.settings.multipleLogin) world.sessions.revokeAll(uid);
}

function addressOf({ headers, remoteAddress }: RequestContext): string {
  return headerOf(headers, 'x-real-ip') || headerOf(headers, 'x-forwarded-for') || remoteAddress;
}

function refused(code: 401 | 429, message: string): Refused {
  return { code, message };
}

function challenge(message: string): ApiError {
  const shown = message.replace(/[^\x20-\x7e]/g, '?');
  return new ApiError(401, 'Unauthorized', message, { headers: { 'WWW-Authenticate': shown } });
}
