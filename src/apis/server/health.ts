import { pageNotFound } from '../../registry/router.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { textType } from '../../registry/reply.js';

/** The only check there is. */
const checks = new Set(['ping']);

/** `/healthz` and `/livez`: `ok`, or a line per check with `?verbose`. @see kubesphere/kubesphere pkg/server/healthz */
export function getHealth({ query, info }: RequestContext): Reply {
  const name = info.localPath.replace(/^\//, '').replace(/\/+$/, '');
  return ok(query.has('verbose') ? `[+]ping ok\n${name} check passed\n` : 'ok');
}

/** One check of `/healthz`. */
export function getCheck({ params }: RequestContext): Reply {
  if (!checks.has(params['check'] ?? '')) throw pageNotFound();
  return ok('ok');
}

function ok(body: string): Reply {
  return { status: 200, contentType: textType, headers: { 'X-Content-Type-Options': 'nosniff' }, body };
}
