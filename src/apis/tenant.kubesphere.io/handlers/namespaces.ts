import { ApiError, badRequest, notFound } from '../../../core/api-error.js';
import { digObject, type JsonObject } from '../../../core/json.js';
import { label, type KubeObject, type User } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import { workspaceLabel } from '../../../core/well-known-keys.js';
import { assertNameMatches } from '../../../registry/assert-name-matches.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readTypedBody } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { patchObject } from '../../../registry/verbs/patch.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { listReply, objectReply } from '../../../registry/entity-reply.js';
import { visibleNamespaces } from '../../../rbac/visible.js';

const namespaces = { group: '', plural: 'namespaces' };

/** Lists the namespaces the caller sees; below a workspace, those of it. */
export function listNamespaces(context: RequestContext): Reply {
  return listFor(context, context.user);
}

/** Lists the namespaces of a workspace as one of its members sees them. */
export function listNamespacesOfMember(context: RequestContext): Reply {
  return listFor(context, { name: context.params['workspacemember'] ?? '', uid: '', groups: [], extra: {} });
}

function listFor(context: RequestContext, user: User): Reply {
  const workspace = context.params['workspace'] ?? '';
  const found = visibleNamespaces(context, user, workspace);
  // Below a workspace the server puts its own value into the filter of this name.
  return listReply(context, namespaces, found, undefined, workspace === '' ? {} : { consumed: ['label'] });
}

/** One namespace of a workspace. */
export function getNamespace(context: RequestContext): Reply {
  return objectReply(context, namespaces, namespaceOfWorkspace(context));
}

/**
 * The namespace the URL names.
 *
 * @throws ApiError 404 when it is not in the workspace the URL names
 */
function namespaceOfWorkspace(context: RequestContext): KubeObject {
  const { cluster, release } = context;
  const name = context.params['namespace'] ?? '';
  const found = cluster.store.find(namespaces, undefined, name)?.object;
  if (found === undefined) {
    throw notFound(
      { group: '', plural: inRange(release.name, { since: 'v4.1' }) ? 'Namespace' : 'namespace' },
      name,
    );
  }
  if (label(found, workspaceLabel) !== context.params['workspace']) {
    throw notFound({ group: '', plural: 'namespace' }, name);
  }
  return found;
}

/** Creates a namespace in a workspace, whether that exists or not; whatever is wrong is a bad request. */
export function createNamespace(context: RequestContext): Reply {
  const resource = context.catalog.get(namespaces.group, namespaces.plural);
  const sent = readTypedBody(context, resource);
  const created = badRequestUnlessMissing(() => createObject(context, resource, inWorkspace(context, sent)));
  return objectReply(context, namespaces, created.object, 'created');
}

function inWorkspace(context: RequestContext, sent: JsonObject): JsonObject {
  const metadata = digObject(sent, 'metadata');
  const labels = { ...digObject(metadata, 'labels'), [workspaceLabel]: context.params['workspace'] ?? '' };
  return { ...sent, metadata: { ...metadata, labels } };
}

function badRequestUnlessMissing<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 404 || error.code >= 500) throw error;
    throw badRequest(error.message, { cause: error });
  }
}

/** Replaces a namespace of a workspace. */
export function updateNamespace(context: RequestContext): Reply {
  const resource = context.catalog.get(namespaces.group, namespaces.plural);
  const name = context.params['namespace'] ?? '';
  const sent = readTypedBody(context, resource);
  assertNameMatches(sent, name);
  namespaceOfWorkspace(context);
  const updated = badRequestUnlessMissing(() => updateObject(context, resource, inWorkspace(context, sent)));
  return objectReply(context, namespaces, updated.object, { as: sent });
}

/** Changes a namespace of a workspace by a merge patch made of the namespace sent. */
export function patchNamespace(context: RequestContext): Reply {
  const resource = context.catalog.get(namespaces.group, namespaces.plural);
  const name = context.params['namespace'] ?? '';
  const sent = readTypedBody(context, resource);
  namespaceOfWorkspace(context);
  const { name: _name, ...metadata } = digObject(sent, 'metadata');
  const labels = { ...digObject(metadata, 'labels'), [workspaceLabel]: context.params['workspace'] ?? '' };
  const { kind: _kind, apiVersion: _version, ...rest } = sent;
  const body = { ...rest, metadata: { ...metadata, labels } };
  const patched = badRequestUnlessMissing(() =>
    patchObject(context, resource, { name }, { type: 'application/merge-patch+json', body }),
  );
  return objectReply(context, namespaces, patched.object);
}

/** Deletes a namespace of a workspace. */
export function deleteNamespace(context: RequestContext): Reply {
  const { name } = namespaceOfWorkspace(context).metadata;
  deleteObject(
    context,
    context.catalog.get(namespaces.group, namespaces.plural),
    { name },
    { gracePeriodSeconds: 0 },
  );
  return success();
}
