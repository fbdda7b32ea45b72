import { notFound } from '../../core/api-error.js';
import { digObject, digString } from '../../core/json.js';
import { creatorAnnotation } from '../../core/well-known-keys.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { listReply, objectReply } from '../../registry/entity-reply.js';
import { readTypedBody } from '../../registry/read-json-body.js';
import { success } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { updateObject } from '../../registry/verbs/update.js';
import { identityOf, pagedReply, projectOf } from './projects.js';
import { refusedAsBad } from './refused-as-bad.js';

/** What a DevOps project holds. */
export type ContentKind = 'pipeline' | 'credential';

const credentialTypes = new Set(
  ['basic-auth', 'ssh-auth', 'secret-text', 'kubeconfig'].map(
    (type) => `credential.devops.kubesphere.io/${type}`,
  ),
);

function resourceOf({ catalog }: RequestContext, kind: ContentKind): Resource {
  return kind === 'pipeline' ? catalog.get('devops.kubesphere.io', 'pipelines') : catalog.get('', 'secrets');
}

/** Where a project keeps things. @throws ApiError 404 when there is no such project */
function namespaceOf(context: RequestContext): string {
  return digString(projectOf(context), 'status', 'adminNamespace');
}

/**
 * `GET /devops/{devops}/pipelines` and `…/credentials`: the former are only cut into pages, the latter are filtered and
 * sorted, and are those Secrets whose type says so.
 */
export function listContents(context: RequestContext, kind: ContentKind): Reply {
  const resource = resourceOf(context, kind);
  const found = context.cluster.store.list(resource, namespaceOf(context));
  if (kind === 'pipeline') return pagedReply(context, resource, found);
  const credentials = found.filter(({ object }) => credentialTypes.has(digString(object, 'type')));
  return listReply(context, resource, credentials);
}

/** `GET /devops/{devops}/…/{name}`. */
export function getContent(context: RequestContext, kind: ContentKind): Reply {
  const resource = resourceOf(context, kind);
  const name = context.params[kind] ?? '';
  const found = context.cluster.store.find(resource, namespaceOf(context), name)?.object;
  if (found === undefined) throw notFound({ group: resource.group, plural: resource.singular }, name);
  return objectReply(context, resource, found);
}

/** `POST /devops/{devops}/…`. */
export function createContent(context: RequestContext, kind: ContentKind): Reply {
  const resource = resourceOf(context, kind);
  const sent = readTypedBody(context, resource);
  return refusedAsBad(() => {
    const namespace = namespaceOf(context);
    const metadata = digObject(sent, 'metadata');
    const annotations = { [creatorAnnotation]: context.user.name, ...digObject(metadata, 'annotations') };
    const given = { ...sent, ...identityOf(resource), metadata: { ...metadata, annotations } };
    const created = createObject(context, resource, given, { namespace });
    return objectReply(context, resource, created.object, 'created');
  });
}

/** `PUT /devops/{devops}/…/{name}`: replaces what the body names. */
export function updateContent(context: RequestContext, kind: ContentKind): Reply {
  const resource = resourceOf(context, kind);
  const sent = readTypedBody(context, resource);
  return refusedAsBad(() => {
    const namespace = namespaceOf(context);
    const updated = updateObject(context, resource, { ...sent, ...identityOf(resource) }, { namespace });
    return objectReply(context, resource, updated.object, 'created');
  });
}

/** `DELETE /devops/{devops}/…/{name}`. */
export function deleteContent(context: RequestContext, kind: ContentKind): Reply {
  const resource = resourceOf(context, kind);
  return refusedAsBad(() => {
    deleteObject(context, resource, { namespace: namespaceOf(context), name: context.params[kind] ?? '' });
    return success();
  });
}
