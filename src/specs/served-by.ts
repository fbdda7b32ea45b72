import { ApiError } from '../core/api-error.js';
import { inRange, type Release } from '../core/release.js';
import { parseRequestInfo } from '../core/request-info.js';
import type { KindCatalog } from '../registry/contract.js';
import type { Router } from '../registry/router.js';
import { isNeverServed } from './never-served.js';
import type { Operation } from './spec-index.js';

/** What answers an operation: code with state behind it, the schema alone, or nothing, as in the release itself. */
export type ServedBy = 'stateful' | 'generated' | 'absent';

/** Tells what answers an operation of a release, without asking it. */
export function servedBy(
  operation: Operation,
  release: Release,
  router: Router,
  catalog: KindCatalog,
): ServedBy {
  const { method, path } = operation;
  if (isNeverServed(release.name, method, path, catalog)) return 'absent';
  if (!path.startsWith('/apis') && hasRoute(router, method, path)) return 'stateful';
  const isGeneric = path.startsWith('/kapis') && inRange(release.name, { since: 'v3.4' });
  if (!isGeneric && !path.startsWith('/apis')) return 'generated';
  const info = parseRequestInfo(method, path.replace('/watch/', '/'), new URLSearchParams(), release, path);
  const isDiscovery = path.startsWith('/apis') && info.resource === '';
  const isKnown = catalog.find(info.apiGroup, info.apiVersion, info.resource) !== undefined;
  return isDiscovery || isKnown ? 'stateful' : 'generated';
}

function hasRoute(router: Router, method: string, path: string): boolean {
  try {
    return router.match(path, { method, contentType: '', accept: '', contentLength: 0 }) !== undefined;
  } catch (error) {
    // A route that wants another media type is a route; a path without this method is none.
    return error instanceof ApiError && error.code !== 405;
  }
}
