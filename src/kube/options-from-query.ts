import { invalid } from '../core/api-error.js';
import { digArray, digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { DeleteOptions, Propagation } from '../registry/verbs/delete.js';

const meta = 'meta.k8s.io';
const propagations: readonly string[] = ['Background', 'Foreground', 'Orphan'];

/**
 * Reads `dryRun` and checks `fieldValidation` of a write.
 *
 * @throws ApiError 422 for values Kubernetes does not know
 * @see kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go
 */
export function readDryRun(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
): boolean {
  const causes = dryRunCauses(query.getAll('dryRun'));
  const validation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(validation)) {
    causes.push(unsupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  if (causes.length > 0) throw invalid({ group: meta, kind }, '', causes);
  return query.getAll('dryRun').includes('All');
}

/**
 * Reads how a deletion is meant, from the body when there is one, else from the query.
 *
 * @throws ApiError 422
 */
export function readDeleteOptions(query: URLSearchParams, body: JsonObject | undefined): DeleteOptions {
  const dryRun = body === undefined ? query.getAll('dryRun') : digArray(body, 'dryRun').map(String);
  const propagation =
    body === undefined ? (query.get('propagationPolicy') ?? '') : digString(body, 'propagationPolicy');
  const grace = body === undefined ? query.get('gracePeriodSeconds') : body['gracePeriodSeconds'];
  const orphan = body === undefined ? query.get('orphanDependents') : body['orphanDependents'];
  const causes = dryRunCauses(dryRun);
  if (propagation !== '' && !propagations.includes(propagation)) {
    causes.push(unsupported('propagationPolicy', propagation, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  if (causes.length > 0) throw invalid({ group: meta, kind: 'DeleteOptions' }, '', causes);
  const seconds = numberOf(grace);
  const wanted = propagation !== '' ? propagation : isTrue(orphan) ? 'Orphan' : undefined;
  const preconditions = body?.['preconditions'];
  return {
    dryRun: dryRun.includes('All'),
    ...(wanted !== undefined && { propagation: wanted as Propagation }),
    ...(seconds !== undefined && { gracePeriodSeconds: seconds }),
    ...(isJsonObject(preconditions) && { preconditions: readPreconditions(preconditions) }),
  };
}

function readPreconditions({
  uid,
  resourceVersion,
}: JsonObject): NonNullable<DeleteOptions['preconditions']> {
  return {
    ...(typeof uid === 'string' && { uid }),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
  };
}

function numberOf(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

function isTrue(value: Json | undefined): boolean {
  return value === true || value === 'true' || value === '1';
}

interface UnsupportedCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

function dryRunCauses(values: readonly string[]): UnsupportedCause[] {
  return values.some((value) => value !== 'All') ? [unsupportedList('dryRun', values)] : [];
}

function unsupported(field: string, value: string, supported: readonly string[]): UnsupportedCause {
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`,
    field,
  };
}

function unsupportedList(field: string, values: readonly string[]): UnsupportedCause {
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`,
    field,
  };
}
