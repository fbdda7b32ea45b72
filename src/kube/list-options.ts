import { ApiError, badRequest, invalid } from '../core/api-error.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Resource } from '../registry/contract.js';
import { fieldMatcher } from './field-selector.js';
import { labelMatcher } from '../core/label-selector.js';

/** What the query of a list or watch asks for. */
export interface KubeListOptions {
  /** `undefined`: everything. */
  readonly matches: ((object: KubeObject) => boolean) | undefined;
  readonly limit: number;
  readonly continue?: string;
  readonly watch: boolean;
}

const integer = /^[+-]?\d+$/;

/**
 * Reads the query of a list.
 *
 * @param current The version of the latest write.
 * @throws ApiError 400 for what cannot be read, 422 for a bad combination, 504 for a version not reached yet
 * @see kubernetes/apimachinery pkg/apis/internalversion/validation/validation.go
 */
export function readListOptions(
  query: URLSearchParams,
  resource: Resource,
  current: number,
): KubeListOptions {
  const limit = readInteger(query.get('limit'));
  const token = query.get('continue') ?? '';
  checkVersion(query, token, current);
  const tests = [
    labelMatcher(query.get('labelSelector') ?? ''),
    fieldMatcher(query.get('fieldSelector') ?? '', resource),
  ].filter((test) => test !== undefined);
  return {
    matches: tests.length === 0 ? undefined : (object) => tests.every((test) => test(object)),
    limit: Math.max(0, limit),
    ...(token !== '' && { continue: token }),
    watch: isTrue(query.get('watch')),
  };
}

function readInteger(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!integer.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const number = Number(text);
  if (!Number.isFinite(number) || Math.abs(number) >= 2 ** 63) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return number;
}

function isTrue(text: string | null): boolean {
  return (
    text === 'true' || text === '1' || text === 'True' || text === 'TRUE' || text === 't' || text === 'T'
  );
}

function checkVersion(query: URLSearchParams, token: string, current: number): void {
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const causes = matchCauses(version, match, token);
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes);
  if (version === '') return;
  if (!/^\d+$/.test(version)) {
    throw badRequest(
      `invalid resource version: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`,
    );
  }
  if (Number(version) > current) {
    const text = `Too large resource version: ${version}, current: ${String(current)}`;
    throw new ApiError(504, 'Timeout', `Timeout: ${text}`, {
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
      headers: { 'Retry-After': '1' },
    });
  }
}

function matchCauses(
  version: string,
  match: string,
  token: string,
): { readonly reason: string; readonly message: string; readonly field: string }[] {
  if (match === '') return [];
  const forbidden = (why: string): { reason: string; message: string; field: string } => ({
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${why}`,
    field: 'resourceVersionMatch',
  });
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    return [
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
        field: 'resourceVersionMatch',
      },
    ];
  }
  if (version === '')
    return [forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided')];
  if (token !== '') return [forbidden('resourceVersionMatch is forbidden when continue is provided')];
  if (match === 'Exact' && version === '0') {
    return [forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')];
  }
  return [];
}
