import { ApiError } from '../../core/api-error.js';
import type { User } from '../../core/kube-object.js';
import type { World } from '../../state/world.js';
import { headerOf, type Credentials } from '../credentials.js';
import { InvalidToken } from '../token-claims.js';
import { verifyToken } from '../verify-token.js';
import { anonymous } from './anonymous.js';

/**
 * Who is asking, as the gateway in front of 2.1 finds out: a token in the header, a cookie or the query, in that order.
 *
 * @throws ApiError 401 as plain text with the reason in `WWW-Authenticate`
 * @see kubesphere/kubesphere pkg/apigateway/caddy-plugin/authenticate/authenticate.go
 */
export function authenticateAtGateway(credentials: Credentials, world: World): User {
  if (isOpen(credentials, world.release)) return anonymous;
  const token = findToken(credentials);
  if (token === undefined) throw unauthorized('no token found');
  if (token === '') throw unauthorized('token length is zero');
  try {
    const { username: name } = verifyToken(world, token);
    return { name, uid: '', groups: ['system:authenticated'], extra: {} };
  } catch (error) {
    throw error instanceof InvalidToken ? unauthorized(error.message) : error;
  }
}

function isOpen(
  { path, method }: Credentials,
  { allowedPaths, allowedReads = [] }: World['release'],
): boolean {
  const allowed = method === 'GET' ? [...allowedPaths, ...allowedReads] : allowedPaths;
  return allowed.some((prefix) => path.startsWith(prefix.replace(/\*$/, '')));
}

function findToken({ headers, url }: Credentials): string | undefined {
  const parts = headerOf(headers, 'authorization').split(' ');
  if (parts.length === 2 && parts[0] === 'Bearer') return parts[1] ?? '';
  const cookie = /(?:^|;)\s*token=([^;]*)/.exec(headerOf(headers, 'cookie'));
  if (cookie !== null) return cookie[1] ?? '';
  const mark = url.indexOf('?');
  const token = mark === -1 ? null : new URLSearchParams(url.slice(mark + 1)).get('token');
  return token === null || token === '' ? undefined : token;
}

function unauthorized(reason: string): ApiError {
  const shown = reason.replace(/[^\x20-\x7e\x80-\xff]/g, '?');
  return new ApiError(401, 'Unauthorized', '401 Unauthorized', {
    dialect: 'text',
    headers: { 'WWW-Authenticate': `Unauthorized,${shown}` },
  });
}
