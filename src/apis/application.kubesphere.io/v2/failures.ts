import { ApiError, internalError } from '../../../core/api-error.js';
import { ChartError } from '../../../charts/chart-error.js';
import { existing, storeKind } from '../../../controllers/app-store/store-kind.js';
import type { RequestContext } from '../../../registry/contract.js';

/**
 * What a handler does, with all that is refused told as 500, but for what is not found or not implemented.
 *
 * @see kubesphere/kubesphere pkg/kapis/application/v2/errors.go requestDone
 */
export async function orInternal<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ChartError) throw internalError(error.message);
    if (error instanceof ApiError && ![404, 501].includes(error.code)) throw internalError(error.message);
    throw error;
  }
}

/** The same with everything told as 500, also what is not found. */
export async function alwaysInternal<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await orInternal(run);
  } catch (error) {
    throw error instanceof ApiError && error.code === 404 ? internalError(error.message) : error;
  }
}

/**
 * Refuses to make what exists, or to change what does not: whether the URL names an object tells which is meant, its name
 * comes from the body.
 *
 * @throws ApiError 409, 500
 * @see kubesphere/kubesphere pkg/kapis/application/v2/errors.go checkConflicted
 */
export async function assertFree(
  context: RequestContext,
  param: string,
  plural: string,
  name: string,
): Promise<void> {
  if (context.params[param] !== undefined) {
    await alwaysInternal(() => existing(context, plural, name));
    return;
  }
  const resource = storeKind(context, plural);
  if (context.cluster.store.find(resource, undefined, name) !== undefined)
    throw new ApiError(409, 'Conflict', `${resource.kind} ${name} already exists`);
}
