import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../core/api-error.js';
import type { Reply } from '../../registry/contract.js';
import { jsonType } from '../../registry/reply.js';
import type { Fault } from '../../state/fault-book.js';
import { statusReply, type Negotiation } from '../status-reply.js';

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/**
 * Does what a fault says to a request.
 *
 * @returns the answer, `undefined` to cut the connection, or `go on` when the fault only delayed it.
 */
export async function faultReply(fault: Fault, negotiation: Negotiation): Promise<Reply | undefined | 'go on'> {
  if (fault.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault.reset === true) return undefined;
  if (fault.status === undefined) return 'go on';
  if (fault.body !== undefined) {
    return { status: fault.status, contentType: jsonType, ...(fault.headers && { headers: fault.headers }), body: fault.body };
  }
  const error = new ApiError(fault.status, reasons[fault.status] ?? '', 'the server is currently unable to handle the request', {
    ...(fault.headers && { headers: fault.headers }),
  });
  return statusReply(error, negotiation);
}
