import { ApiError } from '../core/api-error.js';
import type { User } from '../core/kube-object.js';
import type { ClusterState, World } from '../state/world.js';
import { anonymous } from './authenticators/anonymous.js';
import { authenticateBasic, readBasic, type BasicRefusal } from './authenticators/basic.js';
import { authenticateBearer } from './authenticators/bearer.js';
import { authenticateAtGateway } from './authenticators/gateway.js';
import { headerOf, type Credentials } from './credentials.js';
import { authDialects, type AuthDialect } from './dialects.js';
import { InvalidToken } from './token-claims.js';

/** Seconds a client over the limit is told to wait. */
const retryAfterSeconds = 60;

/**
 * Who is asking. Without credentials that is the anonymous user; with bad ones the request ends here.
 *
 * Multi-cluster hops carry the header as `X-KubeSphere-Authorization`; the pipeline has put it in place already.
 *
 * @param _cluster All tokens are checked by the host, whichever cluster answers.
 * @throws ApiError 401 (429 for Basic in 3.0) in the form of the release
 * @see kubesphere/kubesphere pkg/apiserver/filters/authentication.go
 */
export function authenticate(
  credentials: Credentials,
  world: World,
  _cluster: ClusterState,
): User | Promise<User> {
  const dialect = authDialects[world.release.name];
  if (dialect.refusal === 'gateway') return authenticateAtGateway(credentials, world);
  const header = headerOf(credentials.headers, 'authorization');
  if (header.trim() === '') return anonymous;
  const token = bearerToken(header);
  if (token !== '') {
    try {
      return authenticateBearer(world, token);
    } catch (error) {
      throw error instanceof InvalidToken ? unauthorized(dialect, error.message) : error;
    }
  }
  const basic = dialect.basic === undefined ? undefined : readBasic(header);
  if (basic === undefined || dialect.basic === undefined) throw unauthorized(dialect, dialect.unusable);
  const found = authenticateBasic(world, basic, dialect.basic, credentials);
  const settle = (result: User | BasicRefusal): User => {
    if (typeof result !== 'string') return result;
    if (result === 'auth rate limit exceeded' && dialect.basic?.rateLimited === 429)
      throw tooManyRequests(dialect);
    throw unauthorized(dialect, result);
  };
  return found instanceof Promise ? found.then(settle) : settle(found);
}

/** The token of a Bearer header; empty when it is none: two spaces hide it, what follows it is ignored. */
export function bearerToken(header: string): string {
  const trimmed = header.trim();
  if (trimmed.length < 7 || trimmed.charCodeAt(6) !== 0x20) return '';
  if (trimmed.slice(0, 6).toLowerCase() !== 'bearer') return '';
  const end = trimmed.indexOf(' ', 7);
  return end === -1 ? trimmed.slice(7) : trimmed.slice(7, end);
}

function unauthorized(dialect: AuthDialect, reason: string): ApiError {
  return new ApiError(401, 'Unauthorized', dialect.reasonPrefix + reason, { dialect: 'status' });
}

function tooManyRequests(dialect: AuthDialect): ApiError {
  const message = `${dialect.reasonPrefix}auth rate limit exceeded`;
  return new ApiError(429, 'TooManyRequests', message, {
    dialect: 'status',
    details: { retryAfterSeconds },
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}
