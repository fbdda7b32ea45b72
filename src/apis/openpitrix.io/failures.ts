import { ApiError, badRequest, internalError } from '../../core/api-error.js';
import { appStoreGroup } from '../../core/app-store-keys.js';
import { inRange } from '../../core/release.js';
import { ChartError } from '../../charts/chart-error.js';
import type { RequestContext } from '../../registry/contract.js';

/** Codes of gRPC by name, and the status that KubeSphere makes of them; 500 of all others. */
const statuses = {
  NotFound: 404,
  InvalidArgument: 400,
  FailedPrecondition: 400,
  AlreadyExists: 500,
} as const;

/** True where OpenPitrix keeps the store, as a service; since 3.1 KubeSphere does it itself. */
export function isService({ release }: Pick<RequestContext, 'release'>): boolean {
  return inRange(release.name, { until: 'v3.0' });
}

/**
 * A refusal: of OpenPitrix with a code of gRPC, of KubeSphere itself always 500.
 *
 * @see kubesphere/kubesphere pkg/kapis/openpitrix/v1/handler.go handleOpenpitrixError
 */
export function refused(context: RequestContext, code: keyof typeof statuses, text: string): ApiError {
  if (!isService(context)) return internalError(text);
  return new ApiError(statuses[code], code, `rpc error: code = ${code} desc = ${text}`);
}

/**
 * What is not there. KubeSphere's own listers and clients name it, and as they speak no gRPC, that is 500.
 *
 * @param kind As the message names it: a kind in lower case from a lister, its plural from a client.
 */
export function missing(context: RequestContext, kind: string, id: string): ApiError {
  return isService(context)
    ? refused(context, 'NotFound', 'resource not found')
    : internalError(`${kind}.${appStoreGroup} "${id}" not found`);
}

/** What a handler does, with what charts and the cluster refuse told as 500. */
export async function orInternal<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ChartError) throw internalError(error.message);
    if (error instanceof ApiError && [403, 409, 422].includes(error.code)) throw internalError(error.message);
    throw error;
  }
}

/** What a handler does, with what is wrong with a chart or its repository told as 400. */
export async function orBadRequest<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof ChartError ? badRequest(error.message) : error;
  }
}
