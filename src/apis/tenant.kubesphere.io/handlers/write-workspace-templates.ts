import { ApiError, badRequest } from '../../../core/api-error.js';
import { digArray, digString, type JsonObject } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import { deletionPropagationAnnotation, orphanFinalizer } from '../../../core/well-known-keys.js';
import { assertNameMatches } from '../../../registry/assert-name-matches.js';
import type { Reply, RequestContext, Resource } from '../../../registry/contract.js';
import { readBodyObject, readTypedBody } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject, type Propagation } from '../../../registry/verbs/delete.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { assertMayManage, assertMayUseClusters } from './workspace-permissions.js';
import { objectReply } from '../../../registry/entity-reply.js';
import { missingWorkspace, workspaceTemplates } from './workspaces.js';

/** The kind written by every endpoint for workspaces. */
export function templateResource({ catalog }: RequestContext): Resource {
  return catalog.get(workspaceTemplates.group, workspaceTemplates.plural);
}

function checksManager({ release }: RequestContext): boolean {
  return inRange(release.name, { since: 'v4.1' });
}

/** Creates a workspace template; whatever the API refuses is a bad request. */
export function createWorkspaceTemplate(context: RequestContext): Reply {
  const resource = templateResource(context);
  const sent = readTypedBody(context, resource);
  assertAllowed(context, sent);
  try {
    return objectReply(context, workspaceTemplates, createObject(context, resource, sent).object, 'created');
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 404 || error.code === 403) throw error;
    throw badRequest(error.message, { cause: error });
  }
}

/** Replaces a workspace template; conflicts and invalid objects are the server's own failure: 500. */
export function updateWorkspaceTemplate(context: RequestContext): Reply {
  const resource = templateResource(context);
  const sent = readTypedBody(context, resource);
  assertNameMatches(sent, context.params['workspace'] ?? '');
  assertAllowed(context, sent);
  try {
    return objectReply(context, workspaceTemplates, updateObject(context, resource, sent).object, {
      as: sent,
    });
  } catch (error) {
    if (!(error instanceof ApiError) || [400, 403, 404].includes(error.code)) throw error;
    throw new ApiError(500, 'InternalError', error.message, { cause: error });
  }
}

/** Clusters named one by one must be the caller's to use; a manager other than the caller needs a right of its own. */
function assertAllowed(context: RequestContext, sent: JsonObject): void {
  const manager = digString(sent, 'spec', 'template', 'spec', 'manager');
  if (checksManager(context) && manager !== context.user.name) {
    assertMayManage(context, digString(sent, 'metadata', 'name'));
  }
  const names = digArray(sent, 'spec', 'placement', 'clusters').map((cluster) => digString(cluster, 'name'));
  assertMayUseClusters(context, names);
}

/** Deletes a workspace template. Since 4.1 the body must be there. */
export function deleteWorkspaceTemplate(context: RequestContext): Reply {
  const { cluster, release } = context;
  const resource = templateResource(context);
  const name = context.params['workspace'] ?? '';
  if (!inRange(release.name, { since: 'v4.1' })) {
    const options = propagationOf(digString(optionalOptions(context), 'propagationPolicy'));
    const known = cluster.store.find(resource, undefined, name)?.object;
    if (known !== undefined && options.propagation === 'Orphan') {
      const finalizers = [...(known.metadata.finalizers ?? []), orphanFinalizer];
      updateObject(context, resource, { ...known, metadata: { ...known.metadata, finalizers } });
    }
    deleteObject(context, resource, { name }, options);
    return success();
  }
  const policy = digString(readBodyObject(context, 'v1.DeleteOptions'), 'propagationPolicy');
  const found = cluster.store.find(workspaceTemplates, undefined, name)?.object;
  if (found === undefined) {
    throw badRequest(
      `failed to get workspace template: ${missingWorkspace(context, workspaceTemplates, name).message}`,
    );
  }
  if (policy !== '') {
    const annotations = { ...found.metadata.annotations, [deletionPropagationAnnotation]: policy };
    updateObject(context, resource, { ...found, metadata: { ...found.metadata, annotations } });
  }
  try {
    deleteObject(context, resource, { name });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code >= 500) throw error;
    throw badRequest(error.message, { cause: error });
  }
  return success();
}

function optionalOptions(context: RequestContext): JsonObject {
  try {
    return readBodyObject(context, 'v1.DeleteOptions');
  } catch (error) {
    if (error instanceof ApiError) return {};
    throw error;
  }
}

function propagationOf(policy: string): { propagation?: Propagation } {
  return policy === 'Orphan' || policy === 'Foreground' || policy === 'Background'
    ? { propagation: policy }
    : {};
}
