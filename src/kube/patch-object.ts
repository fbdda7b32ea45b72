import { ApiError, badRequest, conflict, notFound } from '../core/api-error.js';
import { goPlainValue } from '../core/go-value.js';
import { parseGoJson } from '../core/go-json.js';
import { digString, encodeCompact, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { Reply, Resource } from '../registry/contract.js';
import type { StoredObject } from '../state/object-store.js';
import { admitted, guardedWrite } from './admission/admitted.js';
import type { AdmissionSteps } from './admission/guarded-write.js';
import { typeMismatches } from '../registry/check-go-types.js';
import { typed, untyped } from '../registry/typed-json.js';
import { createObject, withoutStatus } from '../registry/verbs/create.js';
import { applyPatch, patchObject, type Patch } from '../registry/verbs/patch.js';
import { withRequester } from './certificates/requester.js';
import { misreadWithin, unknownMembers } from './custom-resources/hooks.js';
import { answerObject } from './encoding.js';
import { grantSteps } from './escalation/guard-steps.js';
import type { KindRequest } from './kind-request.js';
import { readWriteQuery, type WriteQuery } from './options-from-query.js';
import { readApplied } from './read-applied.js';
import { isApply, patchTextErrors, readPatchBody } from './read-patch-body.js';
import { readingProblem } from './scheme.js';
import { apiVersionOf, structOf, type ServedKind } from './served-kind.js';
import { knownMembers } from './strict-fields.js';
import { conversionError } from './unstructured-conversion.js';
import { warningInto, withWarnings } from './warnings.js';
import { strictError, warningsOf } from './write-object.js';

/** Answers the PATCH of an object or its status. @see kubernetes/apiserver pkg/endpoints/handlers/patch.go */
export async function patchFrom(request: KindRequest, subresource?: 'status'): Promise<Reply> {
  const { context, path, kind, form } = request;
  const { resource } = kind;
  if (isApply(context)) return applyFrom(request, subresource);
  const patch = readPatchBody(context, resource, kind.version);
  const query = readWriteQuery(context.query, 'PatchOptions');
  const { recorder } = await import('./managed-fields/recorder.js');
  const warnings: string[] = [];
  const key = { namespace: path.namespace, name: path.name };
  const manage = recorder(request, query.fieldManager, subresource);
  const checked = checkedPatch(request, patch, query, warnings);
  const guarded = await grantSteps(request);
  const write = guardedWrite(request, subresource ?? '', query.dryRun, warnings);
  const stored = await admitted(write, (steps) =>
    patchObject(warningInto(context, warnings), resource, key, checked, {
      manage,
      ...(subresource && { subresource }),
      ...guarded(steps),
    }),
  );
  return withWarnings(answerObject(stored, kind, form), warnings);
}

/** The patch, with what it makes looked at as a strict decoder would, and what native kinds do not have left out. */
function checkedPatch(
  { context, kind }: KindRequest,
  patch: Patch,
  { validation }: WriteQuery,
  warnings: string[],
): Patch {
  const type = structOf(kind);
  return (object) => {
    const isAsStored = isPatchedAsStored(object, patch, type);
    const patched = applyPatch(isAsStored ? asAsked(object, kind) : asSeen(object, kind), patch);
    const text = (): string => context.body?.toString('utf8') ?? '';
    const isStrategic = typeof patch === 'function';
    const shown = (isText = false): string => {
      if (isStrategic) return goPlainValue(parseGoJson(text(), 'unmarshal'));
      if (isText) return text();
      const seen = type === undefined ? patched : applyPatch(asSeen(object, kind), patch);
      return encodeCompact(isJsonObject(seen) ? untyped(seen) : seen);
    };
    if (type !== undefined && isJsonObject(patched)) {
      const unread = isStrategic ? undefined : kindProblem(patched, kind, context);
      if (unread !== undefined) throw badPatch(shown(), unread);
      const [wrong] = typeMismatches(patched, type, 1);
      if (wrong !== undefined) throw badPatch(shown(), isStrategic ? conversionError(wrong) : wrong.message);
    }
    const misread = isJsonObject(patched) ? misreadWithin(patched, kind.resource) : undefined;
    if (misread !== undefined) throw badPatch(shown(), misread);
    const { object: known, unknown } = strictly(patched, kind, type);
    if (validation === 'Ignore') return asOwnKind(known, kind, type);
    const errors = [...patchTextErrors(context), ...unknown];
    if (errors.length === 0) return asOwnKind(known, kind, type);
    if (validation === 'Warn') {
      warnings.push(...errors.flatMap(warningsOf));
      return asOwnKind(known, kind, type);
    }
    throw badPatch(shown(unknown.length === 0), strictError(errors));
  };
}

/** Why a patch's outcome cannot be read as the kind it was; strategic patches are never asked. */
function kindProblem(
  patched: JsonObject,
  kind: ServedKind,
  { world }: KindRequest['context'],
): string | undefined {
  const wanted = { kind: kind.resource.kind, apiVersion: apiVersionOf(kind) };
  const given = {
    kind: digString(patched, 'kind') || wanted.kind,
    apiVersion: digString(patched, 'apiVersion') || wanted.apiVersion,
  };
  return readingProblem(given, wanted, world.settings.kubernetesVersion);
}

/** A native kind stays what it is, whatever a patch says it was. */
function asOwnKind(patched: Json, served: ServedKind, type: string | undefined): Json {
  if (type === undefined || !isJsonObject(patched)) return patched;
  const [apiVersion, { kind }] = [apiVersionOf(served), served.resource];
  return patched['kind'] === kind && patched['apiVersion'] === apiVersion
    ? patched
    : { ...patched, apiVersion, kind };
}

/**
 * Whether it makes no difference to a patch that it is shown an object as it is stored: all but JSON patches, which name
 * places, change what they have in them and leave alone what they have not.
 */
function isPatchedAsStored(object: JsonObject, patch: Patch, type: string | undefined): boolean {
  if (type === undefined) return true;
  if (typeof patch !== 'function' && patch.type === 'application/json-patch+json') return false;
  return typeMismatches(object, type, 1).length === 0 && knownMembers(object, type).unknown.length === 0;
}

/** A native object as patches see it, which is as it is read: with what Go prints of fields that are not set. */
function asSeen(object: JsonObject, kind: ServedKind): JsonObject {
  const { resource, version } = kind;
  return JSON.parse(JSON.stringify(typed(asAsked(object, kind), resource, version))) as JsonObject;
}

/** A native object in the version that is asked for. */
function asAsked(object: JsonObject, kind: ServedKind): JsonObject {
  const { custom, versions } = kind.resource;
  return custom || versions.length === 1 ? object : { ...object, apiVersion: apiVersionOf(kind) };
}

/** What a native kind has of a patch's outcome, and which members of it a kind does not know. */
function strictly(
  patched: Json,
  { resource, version }: ServedKind,
  type: string | undefined,
): { readonly object: Json; readonly unknown: readonly string[] } {
  if (!isJsonObject(patched)) return { object: patched, unknown: [] };
  if (type !== undefined) return knownMembers(patched, type);
  return { object: patched, unknown: unknownMembers(patched, resource, version) };
}

/** 422 that names no kind, as the real server has it for patches. */
function badPatch(shown: string, why: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`;
  return new ApiError(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] },
  });
}

/** Answers a server-side apply. */
async function applyFrom(request: KindRequest, subresource?: 'status'): Promise<Reply> {
  const { context, path, kind, form } = request;
  const { resource } = kind;
  const query = readWriteQuery(context.query, 'PatchOptions', true);
  const { applied, errors } = await readApplied(request);
  const [{ applyConfiguration }, { managerOf }] = await Promise.all([
    import('./managed-fields/apply.js'),
    import('./managed-fields/recorder.js'),
  ]);
  const manager = managerOf(request, query.fieldManager, 'Apply', subresource ?? '');
  const warnings = query.validation === 'Warn' ? errors.flatMap(warningsOf) : [];
  const guarded = await grantSteps(request);
  const seen: { live?: StoredObject | undefined } = {};
  const apply = (steps: AdmissionSteps): StoredObject => {
    const live = context.cluster.store.find(resource, path.namespace, path.name);
    seen.live = live;
    if (live === undefined && subresource !== undefined) throw notFound(resource, path.name);
    const outcome = applyConfiguration({
      resource,
      version: kind.version,
      applied,
      live: live?.object,
      manager,
      force: query.force,
      time: context.world.clock.timestamp(),
    });
    if (errors.length > 0 && query.validation === 'Strict')
      throw badRequest(`error strict decoding YAML: ${errors.join('\n')}`);
    checkAppliedName(applied, path);
    const options = { manage: () => outcome.managedFields, ...guarded(steps) };
    const telling = warningInto(context, warnings);
    if (live !== undefined) {
      const key = { namespace: path.namespace, name: path.name };
      return patchObject(telling, resource, key, () => outcome.object, {
        ...options,
        ...(subresource && { subresource }),
      });
    }
    checkAppliedUid(applied, resource, path.name);
    const given = withoutStatus(withRequester(outcome.object, resource, context), resource);
    return createObject(telling, resource, given, { ...options, namespace: path.namespace });
  };
  const stored = await admitted(guardedWrite(request, subresource ?? '', query.dryRun, warnings), apply);
  return withWarnings(answerObject(stored, kind, form, seen.live === undefined ? 201 : 200), warnings);
}

/** What is not there has no uid. @throws ApiError 409 */
function checkAppliedUid(applied: JsonObject, resource: Resource, name: string): void {
  const { uid } = isJsonObject(applied['metadata']) ? applied['metadata'] : {};
  if (typeof uid !== 'string' || uid === '') return;
  const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  throw conflict(resource, name, why);
}

function checkAppliedName(
  applied: JsonObject,
  path: { readonly name: string; readonly namespace: string },
): void {
  const { name, namespace } = isJsonObject(applied['metadata']) ? applied['metadata'] : {};
  if (typeof name !== 'string' || name === '') {
    throw badRequest(
      `the name of the object (${path.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (name !== path.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${path.name})`);
  if (typeof namespace === 'string' && namespace !== '' && namespace !== path.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}
