import { ApiError, badRequest, invalid } from '../core/api-error.js';
import { goQuote } from '../core/go-format.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Resource } from '../registry/contract.js';
import { fieldMatcher } from './field-selector.js';
import { labelMatcher } from '../registry/label-selector.js';
import { readFlag, readInteger } from './query-values.js';

/** What the query of a list or watch asks for. */
export interface KubeListOptions {
  /** `undefined`: everything. */
  readonly matches: ((object: KubeObject) => boolean) | undefined;
  readonly limit: number;
  readonly continue?: string;
  readonly watch: boolean;
  /** The version asked for; `undefined` when none is. */
  readonly version: number | undefined;
  /** The version a list is to show; absent: the newest. */
  readonly exact?: number;
  /** 0: not said. */
  readonly timeoutSeconds: number;
  readonly bookmarks: boolean;
  /** `undefined`: not said. */
  readonly sendInitialEvents: boolean | undefined;
}

/**
 * Reads the query of a list or watch.
 *
 * @param current The version of the latest write.
 * @throws ApiError 400 for what cannot be read, 422 for a bad combination, 504 for a version not reached yet
 * @see kubernetes/apimachinery pkg/apis/internalversion/validation/validation.go
 */
export function readListOptions(
  query: URLSearchParams,
  resource: Resource,
  current: number,
  isWatch = false,
): KubeListOptions {
  const labels = labelMatcher(query.get('labelSelector') ?? '');
  const timeoutSeconds = readInteger(query, 'timeoutSeconds') ?? 0;
  const limit = readInteger(query, 'limit') ?? 0;
  const token = query.get('continue') ?? '';
  const watch = isWatch || readFlag(query, 'watch');
  checkVersion(query, token, current, watch);
  const version = query.get('resourceVersion') ?? '';
  if (token !== '' && version !== '' && version !== '0')
    throw badRequest('specifying resource version is not allowed when using continue');
  const match = query.get('resourceVersionMatch') ?? '';
  const isExact = !watch && Number(version) > 0 && (match === 'Exact' || (match === '' && limit > 0));
  // Whatever the cache holds is given as a whole.
  const isAny = !watch && version === '0' && token === '';
  const tests = [labels, fieldMatcher(query.get('fieldSelector') ?? '', resource)].filter(
    (test) => test !== undefined,
  );
  return {
    matches: tests.length === 0 ? undefined : (object) => tests.every((test) => test(object)),
    limit: isAny ? 0 : Math.max(0, limit),
    ...(isExact && { exact: Number(version) }),
    ...(token !== '' && { continue: token }),
    watch,
    version: version === '' ? undefined : Number(version),
    timeoutSeconds: Math.max(0, timeoutSeconds),
    bookmarks: readFlag(query, 'allowWatchBookmarks'),
    sendInitialEvents: query.has('sendInitialEvents') ? readFlag(query, 'sendInitialEvents') : undefined,
  };
}

function checkVersion(query: URLSearchParams, token: string, current: number, watch: boolean): void {
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const initial = query.has('sendInitialEvents');
  const causes = watch ? watchCauses(match, token, initial) : matchCauses(version, match, token, initial);
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes);
  if (watch) readVersion(version);
  else checkReached(version, current);
}

function readVersion(version: string): number {
  if (version !== '' && !/^\d+$/.test(version)) {
    const [value, why] = [goQuote(version), 'invalid syntax'];
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${value}: strconv.ParseUint: parsing ${value}: ${why}`,
    );
  }
  return Number(version);
}

/**
 * Refuses to show what has not happened yet.
 *
 * @param version As in the query; empty: any.
 * @param current The version of the latest write.
 * @throws ApiError 400 when it is no version, 504 when it is not reached yet
 */
export function checkReached(version: string, current: number): void {
  if (readVersion(version) <= current) return;
  const text = `Too large resource version: ${version}, current: ${String(current)}`;
  throw new ApiError(504, 'Timeout', `Timeout: ${text}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
    headers: { 'Retry-After': '1' },
  });
}

interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

function forbidden(why: string, field = 'resourceVersionMatch'): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

function unsupportedMatch(match: string, supported: string): Cause {
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: ${supported}`;
  return { reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' };
}

function matchCauses(version: string, match: string, token: string, initial: boolean): readonly Cause[] {
  const causes: Cause[] = [];
  if (match !== '') {
    if (version === '')
      causes.push(forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (token !== '') causes.push(forbidden('resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan')
      causes.push(unsupportedMatch(match, '"Exact", "NotOlderThan", ""'));
    if (match === 'Exact' && version === '0')
      causes.push(forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (initial) causes.push(forbidden('sendInitialEvents is forbidden for list', 'sendInitialEvents'));
  return causes;
}

function watchCauses(match: string, token: string, initial: boolean): readonly Cause[] {
  const newer = 'NotOlderThan';
  const causes: Cause[] = [];
  if (initial && match !== newer)
    causes.push(forbidden(`sendInitialEvents requires setting resourceVersionMatch to ${newer}`));
  if (match === '') return causes;
  if (!initial)
    causes.push(
      forbidden('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
    );
  if (match !== newer) causes.push(unsupportedMatch(match, `"${newer}"`));
  if (token !== '') causes.push(forbidden('resourceVersionMatch is forbidden when continue is provided'));
  return causes;
}
