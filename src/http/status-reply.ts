import type { ApiError } from '../core/api-error.js';
import { encodeCompact, encodeIndented, type JsonObject } from '../core/json.js';
import { inRange, type ReleaseName } from '../core/release.js';
import type { Reply } from '../registry/contract.js';
import { jsonType } from '../registry/reply.js';

/** What the form of a `Status` depends on. */
export interface Negotiation {
  readonly release: ReleaseName;
  readonly accept: string;
  readonly userAgent: string;
  /** The `pretty` query parameter, when there is one. */
  readonly pretty: string | null;
}

const browsers = ['curl', 'Wget', 'Mozilla/5.0'];
const trueTexts = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const falseTexts = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** The `Status` object of an error, members in wire order. */
export function statusObject(error: ApiError): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    ...(error.reason !== '' && { reason: error.reason }),
    ...(error.details && { details: error.details }),
    code: error.code,
  };
}

/**
 * An error as a Kubernetes `Status`: compact with a newline, or indented for people.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers/negotiation/negotiate.go
 */
export function statusReply(error: ApiError, negotiation: Negotiation): Reply {
  const status = statusObject(error);
  const headers = error.code === 403 ? { 'X-Content-Type-Options': 'nosniff', ...error.headers } : error.headers;
  const indented = wantsIndented(negotiation);
  let body = indented ? encodeIndented(status, 2) : `${encodeCompact(status)}\n`;
  if (indented && !inRange(negotiation.release, { since: 'v3.4' })) {
    body = body.replace('"metadata": {}', '"metadata": {\n    \n  }');
  }
  return { status: error.code, contentType: jsonType, ...(headers && { headers }), body };
}

/** Tells whether the caller looks like a person, or asks to be treated as one. */
function wantsIndented({ accept, userAgent, pretty }: Negotiation): boolean {
  if (accept !== '' && !accept.split(',').some((part) => /^\s*(\*\/\*|application\/(json|\*))\s*(;.*)?$/.test(part))) {
    return true;
  }
  if (pretty !== null) {
    if (trueTexts.has(pretty)) return true;
    if (falseTexts.has(pretty)) return false;
  }
  return browsers.some((browser) => userAgent.startsWith(browser));
}
