import type { ReleaseName } from '../../src/core/release.js';

/** What an answer must be: status, exact body, and headers (`undefined`: absent). */
export interface Expected {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const json = { 'content-type': 'application/json' };
const text = { 'content-type': 'text/plain; charset=utf-8' };

function escapeLikeGo(value: string): string {
  return value.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
}

/** go-restful JSON: one space of indent, no newline at the end. */
export function J(status: number, value: unknown): Expected {
  return { status, headers: json, body: escapeLikeGo(JSON.stringify(value, null, 1)) };
}

/** An OAuth error. */
export function E(status: number, error: string, description?: string): Expected {
  return J(status, { error, ...(description !== undefined && { error_description: description }) });
}

/** `{"message": …}`. */
export function M(status: number, message: string): Expected {
  return J(status, { message });
}

/** A compact `Status` with newline. */
export function S(message: string): Expected {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'Unauthorized',
    code: 401,
  };
  return {
    status: 401,
    headers: { ...json, 'www-authenticate': undefined },
    body: `${escapeLikeGo(JSON.stringify(status))}\n`,
  };
}

/** Plain text without newline. */
export function T(status: number, message: string): Expected {
  return { status, headers: { ...text, 'x-content-type-options': undefined }, body: message };
}

/** Plain text with newline and nosniff. */
export function Tn(status: number, message: string): Expected {
  return { status, headers: { ...text, 'x-content-type-options': 'nosniff' }, body: `${message}\n` };
}

/** The gateway of 2.1. */
export function gateway(reason: string): Expected {
  const refused = Tn(401, '401 Unauthorized');
  return { ...refused, headers: { ...refused.headers, 'www-authenticate': `Unauthorized,${reason}` } };
}

/** A redirect with Go's page. */
export function R(url: string): Expected {
  const shown = url.replaceAll('&', '&amp;');
  return {
    status: 302,
    headers: { location: url, 'content-type': 'text/html; charset=utf-8' },
    body: `<a href="${shown}">Found</a>.\n\n`,
  };
}

/** More headers on an answer. */
export function plus(expected: Expected, headers: Expected['headers']): Expected {
  return { ...expected, headers: { ...expected.headers, ...headers } };
}

/** Headers of every answer of the 4.1 token endpoint. */
export function noStore(expected: Expected): Expected {
  return plus(expected, { 'cache-control': 'no-store', pragma: 'no-cache' });
}

/** The columns of the decision table; 3.2 to 3.4 share one, so that it is checked in both releases. */
export type Columns = Partial<Readonly<Record<'2.1' | '3.0' | '3.1' | '3.3' | '3.4' | '4.1', Expected>>>;

/** The same answer in several columns. */
export function same(columns: readonly (keyof Columns)[], expected: Expected): Columns {
  return Object.fromEntries(columns.map((column) => [column, expected]));
}

/** The release of a column. */
export function releaseOf(column: string): ReleaseName {
  return `v${column}` as ReleaseName;
}
