import { invalid, quote } from '../core/api-error.js';
import { digArray, isJsonObject, type JsonObject } from '../core/json.js';
import type { DeleteOptions, Propagation } from '../registry/verbs/delete.js';
import { readFlag, readInteger } from './query-values.js';

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
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/**
 * Reads the query of a write.
 *
 * @param applies True for a server-side apply, which has options of its own.
 * @throws ApiError 422 for values Kubernetes does not know
 * @see kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go
 */
export function readWriteQuery(query: URLSearchParams, kind: OptionsKind, applies = false): WriteQuery {
  const fieldManager = query.get('fieldManager') ?? '';
  const validation = query.get('fieldValidation') ?? '';
  const causes: Cause[] = [];
  if (kind === 'PatchOptions' && !applies && query.has('force')) {
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
    force: readFlag(query, 'force'),
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
  for (const { 0: character, index } of manager.matchAll(unprintable)) {
    const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
    const at = Buffer.byteLength(manager.slice(0, index));
    const why = `invalid character U+${code} (at position ${String(at)})`;
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${quote(manager)}: ${why}`,
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
 * @throws ApiError 400 for a number that is none, 422 for values Kubernetes does not know
 * @see kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go ValidateDeleteOptions
 */
export function readDeleteOptions(query: URLSearchParams, body: JsonObject | undefined): DeleteQuery {
  const given = body === undefined ? deletionOf(query) : readDeletion(body);
  const { dryRun, propagation, gracePeriodSeconds, orphan, preconditions } = given;
  const causes: Cause[] = [];
  if (orphan !== undefined && propagation !== undefined) {
    const why = 'orphanDependents and deletionPropagation cannot be both set';
    const message = `Invalid value: ${quote(propagation)}: ${why}`;
    causes.push({ reason: 'FieldValueInvalid', message, field: 'propagationPolicy' });
  }
  if (propagation !== undefined && !propagations.includes(propagation)) {
    causes.push(unsupported('propagationPolicy', propagation, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  causes.push(...dryRunCauses(dryRun));
  if (causes.length > 0) throw invalid({ group: meta, kind: 'DeleteOptions' }, '', causes);
  const old = orphan === undefined ? undefined : orphan ? 'Orphan' : 'Background';
  const wanted = propagation ?? old;
  return {
    dryRun: dryRun.includes('All'),
    cascades: orphan === false,
    ...(wanted !== undefined && { propagation: wanted as Propagation }),
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(preconditions && { preconditions }),
  };
}

/** What a caller says of a deletion, before anything is judged. */
interface GivenDeletion {
  readonly dryRun: readonly string[];
  readonly propagation: string | undefined;
  readonly gracePeriodSeconds: number | undefined;
  readonly orphan: boolean | undefined;
  readonly preconditions: DeleteOptions['preconditions'];
}

/** @see kubernetes/apimachinery pkg/apis/meta/v1/conversion.go Convert_url_Values_To_v1_DeleteOptions */
function deletionOf(query: URLSearchParams): GivenDeletion {
  const uid = query.get('uid') ?? '';
  const resourceVersion = query.get('resourceVersion') ?? '';
  return {
    gracePeriodSeconds: readInteger(query, 'gracePeriodSeconds'),
    orphan: query.has('orphanDependents') ? readFlag(query, 'orphanDependents') : undefined,
    propagation: query.get('propagationPolicy') ?? undefined,
    dryRun: query.getAll('dryRun'),
    preconditions: readPreconditions({
      ...(uid !== '' && { uid }),
      ...(resourceVersion !== '' && { resourceVersion }),
    }),
  };
}

function readDeletion(body: JsonObject): GivenDeletion {
  const { propagationPolicy, gracePeriodSeconds, orphanDependents, preconditions } = body;
  return {
    dryRun: digArray(body, 'dryRun').map(String),
    propagation: typeof propagationPolicy === 'string' ? propagationPolicy : undefined,
    gracePeriodSeconds: typeof gracePeriodSeconds === 'number' ? gracePeriodSeconds : undefined,
    orphan: typeof orphanDependents === 'boolean' ? orphanDependents : undefined,
    preconditions: isJsonObject(preconditions) ? readPreconditions(preconditions) : undefined,
  };
}

function readPreconditions({ uid, resourceVersion }: JsonObject): DeleteOptions['preconditions'] {
  if (typeof uid !== 'string' && typeof resourceVersion !== 'string') return undefined;
  return {
    ...(typeof uid === 'string' && { uid }),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
  };
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
