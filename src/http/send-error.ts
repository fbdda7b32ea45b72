import type { ApiError, ErrorDialect } from '../core/api-error.js';
import { encodeIndented, type JsonObject } from '../core/json.js';
import type { Reply } from '../registry/contract.js';
import { jsonType, textType } from '../registry/reply.js';
import { statusReply, type Negotiation } from './status-reply.js';

const htmlEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const nosniff = { 'X-Content-Type-Options': 'nosniff' };

/**
 * Writes a refusal in a dialect: the error's own, else that of the place it left.
 *
 * @see kubesphere/kubesphere pkg/api/utils.go, pkg/server/errors/errors.go, pkg/apiserver/responsewriters
 */
export function errorReply(error: ApiError, place: ErrorDialect, negotiation: Negotiation): Reply {
  const { code, headers } = error;
  switch (error.dialect ?? place) {
    case 'status':
      return statusReply(error, negotiation);
    case 'text':
      return {
        status: code,
        contentType: textType,
        headers: { ...nosniff, ...headers },
        body: `${error.message.replace(/[&<>]/g, (character) => htmlEscapes[character] ?? '')}\n`,
      };
    case 'message':
      return {
        status: code,
        contentType: jsonType,
        ...(headers && { headers }),
        body: encodeIndented({ message: error.message }, 1),
      };
    case 'serviceError':
      return {
        status: code,
        contentType: jsonType,
        ...(headers && { headers }),
        body: encodeIndented({ Code: code, Message: error.message }, 1),
      };
    case 'errStatus':
      return {
        status: code,
        contentType: jsonType,
        ...(headers && { headers }),
        body: encodeIndented({ ErrStatus: errStatus(error) }, 2),
      };
    case 'oauth':
      return {
        status: code,
        contentType: jsonType,
        ...(headers && { headers }),
        body: encodeIndented(
          { error: error.reason, ...(error.message !== '' && { error_description: error.message }) },
          1,
        ),
      };
    case 'router':
      return { status: code, contentType: textType, ...(headers && { headers }), body: error.message };
  }
}

/** An API error as Go's struct prints it: no kind, no apiVersion. */
function errStatus({ code, reason, message }: ApiError): JsonObject {
  return { metadata: {}, status: 'Failure', message, reason, code };
}
