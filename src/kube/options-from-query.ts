import { invalid, quote } from '../core/api-error.js';
import { digArray, digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { DeleteOptions, Propagation } from '../registry/verbs/delete.js';

const meta = 'meta.k8s.io';
const propagations: readonly string[] = ['Background', 'Foreground', 'Orphan'];

/** What to do about members a kind does not have, and those that come twice. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** What the query of a write says. */
export interface WriteQuery {
  readonly dryRun: boolean;
  /** Empty: not said. */
  readonly fieldManager: string;
  /** Only an apply may say so. */
  readonly force: boolean;
  readonly validation: FieldValidation;
}

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

const longestManager = 128;
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/**
 * Reads the query of a write.
 *
 * @param applies True for a server-side apply, which has options of its own.
 * @throws ApiError 422 for values Kubernetes does not know
 * @see kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go
 */
export function readWriteQuery(query: URLSearchParams, kind: OptionsKind, applies = false): WriteQuery {
  const fieldManager = query.get('fieldManager') ?? '';
  const force = query.get('force');
  const validation = query.get('fieldValidation') ?? '';
  const causes: Cause[] = [];
  if (kind === 'PatchOptions' && !applies && force !== null) {
    causes.push(forbiddenCause('force', 'may not be specified for non-apply patch'));
  }
  if (applies && fieldManager === '') {
    causes.push({
      reason: 'FieldValueRequired',
      message: 'Required value: is required for apply patch',
      field: 'fieldManager',
    });
  }
  causes.push(...managerCauses(fieldManager), ...dryRunCauses(query.getAll('dryRun')));
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(validation)) {
    causes.push(unsupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  if (causes.length > 0) throw invalid({ group: meta, kind }, '', causes);
  return {
    dryRun: query.getAll('dryRun').includes('All'),
    fieldManager,
    force: isTrue(force ?? undefined),
    validation: validation === '' ? 'Warn' : (validation as FieldValidation),
  };
}

function managerCauses(manager: string): Cause[] {
  const causes: Cause[] = [];
  if (Buffer.byteLength(manager) > longestManager) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${String(longestManager)} bytes`,
      field: 'fieldManager',
    });
  }
  const bad = manager.search(unprintable);
  if (bad !== -1) {
    const why = `invalid character ${manager.codePointAt(bad)?.toString(16) ?? ''} at ${String(bad)}`;
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${quote(manager)}: should only contain printable characters (${why})`,
      field: 'fieldManager',
    });
  }
  return causes;
}

/**
 * Reads `dryRun` and checks the rest of a write's query.
 *
 * @throws ApiError 422 for values Kubernetes does not know
 */
export function readDryRun(query: URLSearchParams, kind: OptionsKind): boolean {
  return readWriteQuery(query, kind).dryRun;
}

/** How a deletion is meant. */
export interface DeleteQuery extends DeleteOptions {
  /** True when the caller said so in the old way, `orphanDependents: false`. */
  readonly cascades: boolean;
}

/**
 * Reads how a deletion is meant, from the body when there is one, else from the query.
 *
 * @throws ApiError 422
 */
export function readDeleteOptions(query: URLSearchParams, body: JsonObject | undefined): DeleteQuery {
  const dryRun = body === undefined ? query.getAll('dryRun') : digArray(body, 'dryRun').map(String);
  const propagation =
    body === undefined ? (query.get('propagationPolicy') ?? '') : digString(body, 'propagationPolicy');
  const grace = body === undefined ? query.get('gracePeriodSeconds') : body['gracePeriodSeconds'];
  const orphan = body === undefined ? query.get('orphanDependents') : body['orphanDependents'];
  const causes = dryRunCauses(dryRun);
  if (propagation !== '' && !propagations.includes(propagation)) {
    causes.push(unsupported('propagationPolicy', propagation, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  const isOrphan = orphan === null || orphan === undefined ? undefined : isTrue(orphan);
  if (isOrphan !== undefined && propagation !== '') {
    const why = 'orphanDependents and deletionPropagation cannot be both set';
    const message = `Invalid value: ${quote(propagation)}: ${why}`;
    causes.unshift({ reason: 'FieldValueInvalid', message, field: 'propagationPolicy' });
  }
  if (causes.length > 0) throw invalid({ group: meta, kind: 'DeleteOptions' }, '', causes);
  const seconds = numberOf(grace);
  const old = isOrphan === undefined ? undefined : isOrphan ? 'Orphan' : 'Background';
  const wanted = propagation !== '' ? propagation : old;
  const preconditions = body?.['preconditions'];
  return {
    dryRun: dryRun.includes('All'),
    cascades: isOrphan === false,
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

interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

function forbiddenCause(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

function dryRunCauses(values: readonly string[]): Cause[] {
  return values.some((value) => value !== 'All') ? [unsupportedList('dryRun', values)] : [];
}

function unsupported(field: string, value: string, supported: readonly string[]): Cause {
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`,
    field,
  };
}

function unsupportedList(field: string, values: readonly string[]): Cause {
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: []string{${values.map((one) => JSON.stringify(one)).join(', ')}}: supported values: "All"`,
    field,
  };
}
