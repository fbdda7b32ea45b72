import type { ApiError } from '../core/api-error.js';
import { encodeYaml } from '../core/go-yaml.js';
import { encodeIndented, type JsonObject } from '../core/json.js';
import { encodeStatusProtobuf } from '../core/protobuf-status.js';
import type { Reply } from '../registry/contract.js';
import { accept, encodeForCaller, type Negotiation } from '../registry/negotiation.js';
import { jsonType } from '../registry/reply.js';

export type { Negotiation } from '../registry/negotiation.js';

/** The `Status` object of an error, members in wire order. */
export function statusObject(error: ApiError): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: error.metadata ?? {},
    status: 'Failure',
    message: error.message,
    ...(error.reason !== '' && { reason: error.reason }),
    ...(error.details && { details: error.details }),
    code: error.code,
  };
}

/**
 * An error as a Kubernetes `Status`, in the form the caller asks for; indented JSON when it asks for none we have.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers/responsewriters/writers.go
 */
export function statusReply(error: ApiError, negotiation: Negotiation): Reply {
  const status = statusObject(error);
  const headers =
    error.code === 403 ? { 'X-Content-Type-Options': 'nosniff', ...error.headers } : error.headers;
  const reply = (contentType: string, body: string | Buffer): Reply => ({
    status: error.code,
    contentType,
    ...(headers && { headers }),
    body,
  });
  const chosen = accept(negotiation.accept, () => false);
  if (chosen === undefined) return reply(jsonType, encodeIndented(status, 2));
  switch (chosen.wire) {
    case 'application/json':
      return reply(jsonType, encodeForCaller(status, negotiation, chosen.parameters));
    case 'application/yaml':
      return reply(chosen.wire, encodeYaml(status));
    case 'application/vnd.kubernetes.protobuf':
      return reply(chosen.wire, encodeStatusProtobuf(status));
  }
}
