import { conflict, staleVersion } from '../../../core/api-error.js';
import type { Reply } from '../../../registry/contract.js';
import type { KindRequest } from '../../kind-request.js';
import { ConvertedStore, Unconverted } from './converted-store.js';

/** How often a request is tried anew because something was written while a webhook converted. */
const tries = 5;

/**
 * Serves a request to a kind whose versions a webhook converts: with the objects at the version asked for.
 *
 * @throws ApiError 500 when they cannot be converted, 409 when others are always faster
 */
export async function serveConverted(
  request: KindRequest,
  serve: (request: KindRequest) => Reply | Promise<Reply>,
): Promise<Reply> {
  const { context, kind, path } = request;
  const { cluster } = context;
  const store = new ConvertedStore(context, kind.resource);
  const seeing = { ...request, context: { ...context, cluster: { ...cluster, store } }, converted: store };
  if (path.name !== '') {
    const named = cluster.store.find(kind.resource, path.namespace, path.name);
    if (named !== undefined) await store.seen([named]);
  }
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    try {
      return await serve(seeing);
    } catch (error) {
      if (!(error instanceof Unconverted)) throw error;
      await store.seen(error.stored);
      if (error.next !== undefined) await store.prepare(error.next);
    }
  }
  throw conflict(kind.resource, path.name, staleVersion);
}
