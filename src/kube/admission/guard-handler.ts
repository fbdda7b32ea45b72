import type { RequestContext } from '../../registry/contract.js';
import { guardsOf } from './guards.js';

/** Methods that change nothing. */
const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Runs a handler of KubeSphere's own; in a cluster with webhooks or policies these have a say in what it writes. */
export function guardHandler<T>(
  context: RequestContext,
  handle: (context: RequestContext) => T | Promise<T>,
): T | Promise<T> {
  const mayWrite = !harmless.has(context.method) && context.info.localPath.startsWith('/kapis/');
  if (!mayWrite || guardsOf(context) === undefined) return handle(context);
  return import('./ask-ahead.js').then(({ askAhead }) => askAhead(context, handle));
}
