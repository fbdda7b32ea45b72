import { ApiError, badRequest } from '../../../core/api-error.js';
import { goJsonType } from '../../../core/go-json.js';
import { digArray, digString, isJsonObject, type Json, type JsonArray } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject, readJsonBody } from '../../../registry/read-json-body.js';
import { patchObject } from '../../../registry/verbs/patch.js';
import { objectReply } from '../../../registry/entity-reply.js';
import { assertMayManage, assertMayUseClusters } from './workspace-permissions.js';
import { missingWorkspace, workspaceTemplates } from './workspaces.js';
import { templateResource } from './write-workspace-templates.js';

const placement = '/spec/placement';

/**
 * Changes a workspace template by a JSON patch, whatever Content-Type says. Clusters may be added and removed by those
 * who may use them; anything else takes the right to delete templates. Before 3.1 the body is a merge patch.
 *
 * A refusal for lack of rights is answered 500: the real handler tests for not-found twice.
 *
 * @see kubesphere/kubesphere pkg/models/tenant/tenant.go PatchWorkspaceTemplate
 */
export function patchWorkspaceTemplate(context: RequestContext): Reply {
  const name = context.params['workspace'] ?? '';
  if (!inRange(context.release.name, { since: 'v3.1' })) return mergeWorkspaceTemplate(context, name);
  const operations = readOperations(readJsonBody(context));
  return internalUnless([400, 404], () => {
    assertPermitted(context, name, operations);
    const { cluster } = context;
    if (cluster.store.find(workspaceTemplates, undefined, name) === undefined) {
      throw missingWorkspace(context, workspaceTemplates, name);
    }
    const patch = { type: 'application/json-patch+json', body: operations } as const;
    return objectReply(
      context,
      workspaceTemplates,
      patchObject(context, templateResource(context), { name }, patch).object,
    );
  });
}

function mergeWorkspaceTemplate(context: RequestContext, name: string): Reply {
  const resource = templateResource(context);
  const body = readBodyObject(context, `${resource.versions[0] ?? ''}.${resource.kind}`);
  const patch = { type: 'application/merge-patch+json', body } as const;
  return internalUnless([400, 404], () =>
    objectReply(context, workspaceTemplates, patchObject(context, resource, { name }, patch).object),
  );
}

function internalUnless(kept: readonly number[], run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ApiError) || kept.includes(error.code)) throw error;
    throw new ApiError(500, 'InternalError', error.message, { cause: error });
  }
}

function readOperations(body: Json): JsonArray {
  if (body === null) return [];
  if (!Array.isArray(body)) throw undecodable(body, 'jsonpatch.Patch');
  const operations = body as JsonArray;
  for (const operation of operations)
    if (!isJsonObject(operation)) throw undecodable(operation, 'jsonpatch.Operation');
  return operations;
}

function undecodable(value: Json, goType: string): ApiError {
  return new ApiError(
    500,
    'InternalError',
    `json: cannot unmarshal ${goJsonType(value)} into Go value of type ${goType}`,
  );
}

function assertPermitted(context: RequestContext, name: string, operations: JsonArray): void {
  const clusters: string[] = [];
  let changesMore = false;
  for (const operation of operations) {
    const path = pathOf(operation);
    if (!path.startsWith(placement)) {
      changesMore = true;
      continue;
    }
    const op = digString(operation, 'op');
    if (op !== 'add' && op !== 'remove') throw badRequest('not support operation type');
    clusters.push(...namedClusters(operation));
  }
  if (changesMore) assertMayManage(context, name);
  assertMayUseClusters(context, clusters);
}

function pathOf(operation: Json): string {
  const path = digString(operation, 'path');
  if (path !== '') return path;
  throw new ApiError(500, 'InternalError', 'operation missing path field: missing value');
}

/** Clusters in a value: one `{name}`, or all of `{clusters: […]}` or of a list. */
function namedClusters(operation: Json): string[] {
  const value = isJsonObject(operation) ? operation['value'] : undefined;
  const single = digString(value, 'name');
  const many = Array.isArray(value) ? (value as JsonArray) : digArray(value, 'clusters');
  return [...(single === '' ? [] : [single]), ...many.map((one) => digString(one, 'name'))].filter(
    (one) => one !== '',
  );
}
