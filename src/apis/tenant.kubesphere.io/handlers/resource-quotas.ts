import { ApiError, notFound } from '../../../core/api-error.js';
import { digObject, type JsonObject } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import { workspaceLabel } from '../../../core/well-known-keys.js';
import { assertNameMatches } from '../../../registry/assert-name-matches.js';
import type { Reply, RequestContext, Resource } from '../../../registry/contract.js';
import { readTypedBody } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { createObject, withoutStatus } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { objectReply } from '../../../registry/entity-reply.js';

const quotas = { group: 'quota.kubesphere.io', plural: 'resourcequotas' };

function resourceOf({ catalog }: RequestContext): Resource {
  return catalog.get(quotas.group, quotas.plural);
}

/** The quota belongs to the workspace of the URL and counts what is in it. */
function ofWorkspace(context: RequestContext, sent: JsonObject): JsonObject {
  const own = { [workspaceLabel]: context.params['workspace'] ?? '' };
  const metadata = digObject(sent, 'metadata');
  const labels = { ...digObject(metadata, 'labels'), ...own };
  return { ...sent, metadata: { ...metadata, labels }, spec: { ...digObject(sent, 'spec'), selector: own } };
}

/** Whatever goes wrong with a write is the server's own failure. */
function internal<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof ApiError) throw new ApiError(500, 'InternalError', error.message, { cause: error });
    throw error;
  }
}

function quotaOfWorkspace(context: RequestContext): KubeObject {
  const { cluster, release } = context;
  const name = context.params['resourcequota'] ?? '';
  const found = cluster.store.find(quotas, undefined, name)?.object;
  if (found === undefined) {
    const kind = inRange(release.name, { since: 'v4.1' }) ? 'ResourceQuota' : 'resourcequota';
    throw notFound({ group: quotas.group, plural: kind }, name);
  }
  if (label(found, workspaceLabel) !== context.params['workspace']) {
    throw notFound({ group: quotas.group, plural: 'resourcequota' }, name);
  }
  return found;
}

/** One quota of a workspace. */
export function getResourceQuota(context: RequestContext): Reply {
  return objectReply(context, quotas, quotaOfWorkspace(context));
}

/** Creates a quota for a workspace. */
export function createResourceQuota(context: RequestContext): Reply {
  const resource = resourceOf(context);
  const sent = withoutStatus(ofWorkspace(context, readTypedBody(context, resource)), resource);
  const created = internal(() => createObject(context, resource, sent));
  return objectReply(context, quotas, created.object, 'created');
}

/** Replaces a quota of a workspace. */
export function updateResourceQuota(context: RequestContext): Reply {
  const sent = readTypedBody(context, resourceOf(context));
  assertNameMatches(sent, context.params['resourcequota'] ?? '');
  const updated = internal(() => updateObject(context, resourceOf(context), ofWorkspace(context, sent)));
  return objectReply(context, quotas, updated.object, { as: sent });
}

/** Deletes a quota of a workspace. */
export function deleteResourceQuota(context: RequestContext): Reply {
  const { name } = quotaOfWorkspace(context).metadata;
  deleteObject(context, resourceOf(context), { name });
  return success();
}
