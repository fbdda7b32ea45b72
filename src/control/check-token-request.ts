import { InputError } from '../core/input-error.js';
import type { TokenRequest } from './mint.js';

/**
 * Checks what a program asks of `ks.token()` the way the control API does; members that are `undefined` count as absent.
 *
 * The library that checks is loaded only when there is more to check than the name of a user.
 *
 * @throws InputError with a line per problem
 */
export async function checkTokenRequest(request: TokenRequest): Promise<TokenRequest> {
  if (isPlain(request)) return request;
  const [{ tokenMessage }, { fieldOf, problemsOf }] = await Promise.all([
    import('./messages.js'),
    import('../config/schema-problems.js'),
  ]);
  const given: unknown = isMapping(request)
    ? Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
    : request;
  const problems = problemsOf(tokenMessage, given);
  if (problems.length === 0) return given as TokenRequest;
  throw new InputError(
    problems.map(({ path, message }) => ({ source: 'token', field: fieldOf(path), message })),
  );
}

function isPlain(request: unknown): boolean {
  return (
    isMapping(request) &&
    Object.entries(request).every(
      ([name, value]) => name === 'user' && typeof value === 'string' && value !== '',
    )
  );
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
