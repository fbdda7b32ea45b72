import type { z } from 'zod';
import { InputError } from '../core/input-error.js';
import type { FaultRequest, JournalFilter } from './commands.js';
import type { KubeconfigRequest } from './kubeconfig.js';
import type { TokenRequest } from './mint.js';

/** What a program may ask of its handle, and is checked the way the control API does. */
interface Requests {
  readonly token: TokenRequest;
  readonly kubeconfig: KubeconfigRequest;
  readonly fault: FaultRequest;
  readonly journal: JournalFilter;
}

/**
 * Checks what a program asks of its handle the way the control API does; members that are `undefined` count as absent.
 *
 * The library that checks is loaded only when there is more to check than the name of a user.
 *
 * @param what Which method is called: `token` for `ks.token()` and so on.
 * @throws InputError with a line per problem
 */
export async function checkRequest<K extends keyof Requests>(
  what: K,
  request: Requests[K],
): Promise<Requests[K]> {
  if (isPlain(request, what === 'token' || what === 'kubeconfig' ? ['user'] : [])) return request;
  const [{ tokenMessage, kubeconfigMessage, faultMessage, journalFilter }, { fieldOf, problemsOf }] =
    await Promise.all([import('./messages.js'), import('../config/schema-problems.js')]);
  const schemas: Readonly<Record<keyof Requests, z.ZodType>> = {
    token: tokenMessage,
    kubeconfig: kubeconfigMessage,
    fault: faultMessage,
    journal: journalFilter,
  };
  const given: unknown = isMapping(request)
    ? Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
    : request;
  const problems = problemsOf(schemas[what], given);
  if (problems.length === 0) return given as Requests[K];
  throw new InputError(
    problems.map(({ path, message }) => ({ source: what, field: fieldOf(path), message })),
  );
}

/** True for requests so plain that no schema is needed to see they are right. @param texts Members that may be text */
function isPlain(request: unknown, texts: readonly string[]): boolean {
  return (
    isMapping(request) &&
    Object.entries(request).every(
      ([name, value]) => texts.includes(name) && typeof value === 'string' && value !== '',
    )
  );
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
