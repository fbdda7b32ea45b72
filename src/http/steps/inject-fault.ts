import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../core/api-error.js';
import type { Reply } from '../../registry/contract.js';
import { jsonType, textType } from '../../registry/reply.js';
import type { Fault } from '../../state/fault-book.js';
import { statusReply, type Negotiation } from '../status-reply.js';

/**
 * What Kubernetes says when all it knows is the HTTP status.
 *
 * @see kubernetes/apimachinery pkg/api/errors/errors.go NewGenericServerResponse
 */
const generic: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', 'the server does not allow access to the requested resource'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', 'the server was unable to respond with a content type that the client supports'],
  409: ['Conflict', 'the server reported a conflict'],
  410: ['Gone', 'the requested resource is gone'],
  413: ['RequestEntityTooLarge', 'the server responded that the request was too large'],
  415: ['UnsupportedMediaType', 'the server was unable to process the content type of the request'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  500: ['InternalError', 'an error on the server has prevented the request from succeeding'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
};

/**
 * Does what a fault says to a request.
 *
 * @returns the answer, `undefined` to cut the connection, or `go on` when the fault only delayed it.
 */
export async function faultReply(
  fault: Fault,
  negotiation: Negotiation,
): Promise<Reply | undefined | 'go on'> {
  if (fault.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault.reset === true) return undefined;
  if (fault.status === undefined) return 'go on';
  if (fault.body !== undefined) return ownReply(fault, fault.status, fault.body);
  const [reason, message] = generic[fault.status] ?? ['', `the server answered ${String(fault.status)}`];
  const wait = retrySeconds(fault);
  const error = new ApiError(fault.status, reason, message, {
    ...(fault.headers && { headers: fault.headers }),
    ...(wait !== undefined && { details: { retryAfterSeconds: wait } }),
  });
  return statusReply(error, negotiation);
}

/** What `Retry-After` says in seconds: clients read it there or in the details of the `Status`. */
function retrySeconds({ headers = {} }: Fault): number | undefined {
  const entry = Object.entries(headers).find(([name]) => name.toLowerCase() === 'retry-after');
  return entry !== undefined && /^\d{1,9}$/.test(entry[1]) ? Number(entry[1]) : undefined;
}

/** An answer with the body a test wrote; JSON or text by its looks unless the headers name a type. */
function ownReply({ headers = {} }: Fault, status: number, body: string): Reply {
  const isJson = /^\s*[[{]/.test(body);
  let contentType = isJson ? jsonType : textType;
  const others: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === 'content-type') contentType = value;
    else others[name] = value;
  }
  return { status, contentType, headers: others, body };
}
