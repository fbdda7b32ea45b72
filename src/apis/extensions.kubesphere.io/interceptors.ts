import { inRange, type ReleaseName } from '../../core/release.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { serveApiService } from './api-services.js';
import { serveJsBundle } from './js-bundles.js';
import { serveReverseProxy } from './reverse-proxies.js';

/** Takes a request before it is routed; `undefined` passes it on. */
export type Interceptor = (context: RequestContext) => Reply | Promise<Reply> | undefined;

/** What extensions put in front of the router, in the order of the real filters; nothing before 4.1. */
export function extensionInterceptors(release: ReleaseName): readonly Interceptor[] {
  if (!inRange(release, { since: 'v4.1' })) return [];
  return [(context) => serveJsBundle(context) ?? serveReverseProxy(context) ?? serveApiService(context)];
}
