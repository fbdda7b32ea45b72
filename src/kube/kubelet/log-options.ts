import { invalid } from '../../core/api-error.js';
import { badRequest } from '../../core/api-error.js';
import { readFlag, readInteger } from '../query-values.js';

/** Which part of a log is wanted, and how. */
export interface LogOptions {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Milliseconds since 1970 before which nothing is wanted. */
  readonly since: number | undefined;
}

/**
 * Reads `PodLogOptions` off a query.
 *
 * @throws ApiError 400 for values that are none, 422 for those that cannot be
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePodLogOptions
 */
export function readLogOptions(query: URLSearchParams, pod: string, now: number): LogOptions {
  const tailLines = readInteger(query, 'tailLines');
  const limitBytes = readInteger(query, 'limitBytes');
  const sinceSeconds = readInteger(query, 'sinceSeconds');
  const sinceTime = readMoment(query.get('sinceTime'));
  const causes: { reason: string; message: string; field: string }[] = [];
  const bad = (field: string, value: number, rule: string): void => {
    const message = `Invalid value: ${String(value)}: must be ${rule}`;
    causes.push({ reason: 'FieldValueInvalid', message, field });
  };
  if (tailLines !== undefined && tailLines < 0) bad('tailLines', tailLines, 'greater than or equal to 0');
  if (limitBytes !== undefined && limitBytes < 1) bad('limitBytes', limitBytes, 'greater than 0');
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    const message = 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified';
    causes.push({ reason: 'FieldValueForbidden', message, field: '' });
  } else if (sinceSeconds !== undefined && sinceSeconds < 1)
    bad('sinceSeconds', sinceSeconds, 'greater than 0');
  if (causes.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, pod, causes);
  return {
    container: query.get('container') ?? '',
    follow: readFlag(query, 'follow'),
    previous: readFlag(query, 'previous'),
    timestamps: readFlag(query, 'timestamps'),
    tailLines,
    limitBytes,
    since: sinceSeconds === undefined ? sinceTime : now - sinceSeconds * 1000,
  };
}

function readMoment(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  const at = /^\d{4}-\d\d-\d\d[Tt]/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  const quoted = JSON.stringify(text);
  throw badRequest(`parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`);
}
