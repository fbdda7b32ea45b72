import { badRequest, notImplemented, quote, type ApiError } from '../core/api-error.js';
import type { JsonObject } from '../core/json.js';
import type { Reply } from '../registry/contract.js';
import { canonicalStruct } from '../registry/canonical.js';
import { createObject, withoutStatus } from '../registry/verbs/create.js';
import { updateObject } from '../registry/verbs/update.js';
import { withRequester } from './certificates/requester.js';
import { misreadWithin, unknownMembers } from './custom-resources/hooks.js';
import { answerObject } from './encoding.js';
import { grantSteps } from './escalation/guard-steps.js';
import { admitted, admittedQuestion, guardedWrite } from './admission/admitted.js';
import type { KindRequest } from './kind-request.js';
import { readWriteQuery, type FieldValidation } from './options-from-query.js';
import { readCheckedBody, type ExpectedBody } from './read-object-body.js';
import { apiVersionOf, structOf, type ServedKind } from './served-kind.js';
import { knownMembers } from './strict-fields.js';
import { warningInto, withWarnings } from './warnings.js';

/** Answers the POST of an object. @see kubernetes/apiserver pkg/endpoints/handlers/create.go */
export async function createFrom(request: KindRequest): Promise<Reply> {
  const { context, path, kind, form } = request;
  const { resource } = kind;
  if (!resource.verbs.includes('get')) {
    const { questionHandler } = await import('./subresources/index.js');
    const handle = questionHandler(resource);
    if (handle === undefined) throw notImplemented(`creating ${resource.kind}`);
    return admittedQuestion(request, handle);
  }
  const { dryRun, validation, fieldManager } = readWriteQuery(context.query, 'CreateOptions');
  const { object, warnings } = await readWritten(request, validation);
  const { recorder } = await import('./managed-fields/recorder.js');
  const keepsStatus = resource.plural === 'nodes';
  const sent = withRequester(object, resource, context);
  const given = keepsStatus ? sent : withoutStatus(sent, resource);
  const manage = recorder(request, fieldManager);
  const guarded = await grantSteps(request);
  const told = [...warnings];
  const stored = await admitted(guardedWrite(request, '', dryRun, told), (steps) =>
    createObject(warningInto(context, told), resource, given, {
      namespace: path.namespace,
      typed: !resource.custom,
      manage,
      ...guarded(steps),
    }),
  );
  return withWarnings(answerObject(stored, kind, form, 201), told);
}

/** Answers the PUT of an object or a part of it. @see kubernetes/apiserver pkg/endpoints/handlers/update.go */
export async function updateFrom(request: KindRequest, subresource?: 'status' | 'finalize'): Promise<Reply> {
  const { context, path, kind, form } = request;
  const { dryRun, validation, fieldManager } = readWriteQuery(context.query, 'UpdateOptions');
  const { object, warnings } = await readWritten(request, validation);
  const { recorder } = await import('./managed-fields/recorder.js');
  const existed = context.cluster.store.find(kind.resource, path.namespace, path.name) !== undefined;
  const manage = recorder(request, fieldManager, subresource);
  const guarded = await grantSteps(request, object);
  const told = [...warnings];
  const stored = await admitted(guardedWrite(request, subresource ?? '', dryRun, told), (steps) =>
    updateObject(warningInto(context, told), kind.resource, object, {
      name: path.name,
      namespace: path.namespace,
      typed: !kind.resource.custom,
      manage,
      ...(subresource && { subresource }),
      ...guarded(steps),
    }),
  );
  return withWarnings(answerObject(stored, kind, form, existed ? 200 : 201), told);
}

/** What the body of a write to a kind must be. */
function expectedBody(kind: ServedKind): ExpectedBody {
  return { kind: kind.resource.kind, apiVersion: apiVersionOf(kind), type: structOf(kind) };
}

/** An object somebody sent, without what its kind does not have. */
interface Written {
  readonly object: JsonObject;
  /** To be told with the answer. */
  readonly warnings: readonly string[];
}

/** @throws ApiError 400 when the body is to be read strictly and is not flawless */
async function readWritten({ context, kind }: KindRequest, validation: FieldValidation): Promise<Written> {
  const { object, errors: found } = await readCheckedBody(context, expectedBody(kind));
  const misread = misreadWithin(object, kind.resource);
  if (misread !== undefined) throw unreadable(kind, misread);
  const errors =
    validation === 'Ignore' ? [] : [...found, ...unknownMembers(object, kind.resource, kind.version)];
  if (errors.length > 0 && validation === 'Strict') throw unreadable(kind, strictError(errors));
  const warnings = validation === 'Warn' ? errors.flatMap(warningsOf) : [];
  return { object: known(object, kind), warnings };
}

function unreadable({ resource: { kind }, version }: ServedKind, why: string): ApiError {
  return badRequest(`${kind} in version ${quote(version)} cannot be handled as a ${kind}: ${why}`);
}

/** All complaints of a strict decoder in one. */
export function strictError(errors: readonly string[]): string {
  return `strict decoding error: ${errors.join(', ')}`;
}

const yamlPrefixes = [
  'error converting YAML to JSON: yaml: unmarshal errors:\n',
  'yaml: unmarshal errors:\n',
];

/** A complaint as warnings: those of the YAML reader are told line by line. */
export function warningsOf(error: string): readonly string[] {
  const prefix = yamlPrefixes.find((one) => error.startsWith(one));
  if (prefix === undefined) return [error];
  return error
    .slice(prefix.length)
    .split('\n')
    .map((line) => line.trim());
}

function known(object: JsonObject, kind: ServedKind): JsonObject {
  const type = structOf(kind);
  return type === undefined ? object : canonicalStruct(knownMembers(object, type).object, type);
}
