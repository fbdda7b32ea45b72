import { goQuote } from './go-format.js';
import type { JsonObject } from './json.js';

/**
 * The wire forms a refusal can take.
 *
 * - `status`: a Kubernetes `Status` object, pretty-printed for curl and browsers
 * - `text`: the message as plain text with a newline at the end (`pkg/api/utils.go`)
 * - `message`: `{"message": …}` with one-space indent
 * - `serviceError`: `{"Code": …, "Message": …}`, as Go prints go-restful's ServiceError
 * - `errStatus`: the Go struct of an API error, as the multi-cluster and extension filters print it
 * - `router`: plain text without newline, as go-restful's router writes it
 * - `oauth`: `{"error": …, "error_description": …}` of RFC 6749; the reason is the error code
 */
export type ErrorDialect = 'status' | 'text' | 'message' | 'serviceError' | 'errStatus' | 'router' | 'oauth';

/** The `details` member of a `Status`, in wire order. */
export interface StatusDetails extends JsonObject {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message?: string;
    readonly field?: string;
  }[];
  readonly retryAfterSeconds?: number;
}

/** What an {@link ApiError} may carry besides code, reason and message. */
export interface ApiErrorOptions {
  readonly details?: StatusDetails;
  /** The `metadata` of a `Status`; absent: empty. */
  readonly metadata?: { readonly continue: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** Forces a wire form; otherwise the place that catches the error decides. */
  readonly dialect?: ErrorDialect;
  readonly cause?: unknown;
}

/** The only way to refuse a request: thrown by anything, written once, in the dialect of the place it left. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status. */
  readonly code: number;
  /** Machine-readable reason of a `Status`, such as `NotFound`. */
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  readonly metadata: { readonly continue: string } | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly dialect: ErrorDialect | undefined;

  constructor(code: number, reason: string, message: string, options: ApiErrorOptions = {}) {
    // Nobody reads the stack of a refusal, and walking it costs more than the rest of the answer.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.reason = reason;
    this.details = options.details;
    this.metadata = options.metadata;
    this.headers = options.headers;
    this.dialect = options.dialect;
  }

  /** The same refusal with further headers. */
  with(headers: Readonly<Record<string, string>>): ApiError {
    const { code, reason, message, details, metadata, dialect } = this;
    return new ApiError(code, reason, message, {
      ...(details && { details }),
      ...(metadata && { metadata }),
      ...(dialect && { dialect }),
      headers: { ...this.headers, ...headers },
      cause: this,
    });
  }
}

/** What a message names: the plural and group of a resource. */
export interface GroupResource {
  readonly group: string;
  readonly plural: string;
}

/** `plural.group`, or just `plural` for the core group: how messages name a resource. */
export function qualified({ group, plural }: GroupResource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function detailsOf({ group, plural }: GroupResource, name: string): StatusDetails {
  return { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural };
}

/** 404 of kube-apiserver: `nodes "x" not found`. */
export function notFound(resource: GroupResource, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(resource)} ${quote(name)} not found`, {
    details: detailsOf(resource, name),
  });
}

/** 409 of a create whose name is taken. */
export function alreadyExists(resource: GroupResource, name: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${qualified(resource)} ${quote(name)} already exists`, {
    details: detailsOf(resource, name),
  });
}

/** 409 of a write against a version that is no longer current, or a precondition that does not hold. */
export function conflict(resource: GroupResource, name: string, why: string): ApiError {
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} ${quote(name)}: ${why}`,
    { details: detailsOf(resource, name) },
  );
}

/** The reason kube-apiserver gives when a write names a stale resourceVersion. */
export const staleVersion =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 400 with the given text. */
export function badRequest(message: string, options: ApiErrorOptions = {}): ApiError {
  return new ApiError(400, 'BadRequest', message, options);
}

/** 500 with the given text, as handlers give for whatever they did not expect. */
export function internalError(message: string, options: ApiErrorOptions = {}): ApiError {
  return new ApiError(500, 'InternalError', message, options);
}

/** 500 for an error of the server's own, told with what caused it. @see kubernetes/apimachinery NewInternalError */
export function internalOf(cause: string): ApiError {
  return internalError(`Internal error occurred: ${cause}`, { details: { causes: [{ message: cause }] } });
}

/** 405 for a verb that a kind described by a definition does not have; `verb` is empty where the method has none. */
export function verbNotSupported(verb: string, group: string, plural: string): ApiError {
  const message = `${verb} is not supported on resources of kind "${plural}.${group}"`;
  return new ApiError(405, 'MethodNotAllowed', message, { details: { group, kind: plural } });
}

/** 422 for a value that fails validation; `field` is the JSON path of the value. */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[],
): ApiError {
  const texts = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const joined = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  const subject = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return new ApiError(422, 'Invalid', `${subject} ${quote(name)} is invalid: ${joined}`, {
    details: {
      ...(name === '' ? {} : { name }),
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: kind.kind,
      causes,
    },
  });
}

/** 501: this fake does not know how; the message names the operation so that the caller is never misled. */
export function notImplemented(what: string): ApiError {
  return new ApiError(501, 'NotImplemented', `fake-ks-apiserver does not implement ${what}`, {
    dialect: 'status',
  });
}

/** Quotes a string the way Go's `%q` does. */
export function quote(text: string): string {
  return goQuote(text);
}
