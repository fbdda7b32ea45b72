import { ApiError, notFound } from '../../core/api-error.js';
import { digObject, digString } from '../../core/json.js';
import { label, withoutManagedFields } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { listReply, objectReply } from '../../registry/entity-reply.js';
import { readTypedBody } from '../../registry/read-json-body.js';
import { success } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { updateObject } from '../../registry/verbs/update.js';
import type { StoredObject } from '../../state/object-store.js';

const group = 'workloadtemplate.kubesphere.io';
const namespaces = { group: '', plural: 'namespaces' };

/** Templates are Secrets. */
function secrets({ catalog }: RequestContext): Resource {
  return catalog.get('', 'secrets');
}

/**
 * `GET …/workloadtemplates`: everywhere, in a namespace, or in those namespaces of a workspace where the caller may list
 * them.
 *
 * @see kubesphere/kubesphere pkg/kapis/workloadtemplate/v1alpha1/handler.go
 */
export function listTemplates(context: RequestContext): Reply {
  const { namespace = '', workspace } = context.params;
  const all = context.cluster.store
    .list(secrets(context), namespace)
    .filter(({ object }) => label(object, group) === 'true');
  const found = workspace === undefined ? all : readable(context, workspace, all);
  return listReply(context, secrets(context), found, withoutManagedFields, {
    dialect: 'generic',
    form: 'withoutManagedFields',
  });
}

function readable(
  context: RequestContext,
  workspace: string,
  all: readonly StoredObject[],
): readonly StoredObject[] {
  const { user, cluster } = context;
  const may = { user, verb: 'list' } as const;
  if (!context.authorize({ ...may, workspace, resource: 'namespaces', scope: 'Workspace' }).allowed)
    return [];
  const open = cluster.store
    .list(namespaces)
    .filter(({ object }) => label(object, workspaceLabel) === workspace)
    .map(({ object }) => object.metadata.name)
    .filter(
      (namespace) =>
        context.authorize({ ...may, namespace, resource: 'workloadtemplates', scope: 'Namespace' }).allowed,
    );
  const names = new Set(open);
  return all.filter(({ object }) => names.has(object.metadata.namespace ?? ''));
}

/** `POST` makes a template, `PUT` replaces the one the body names, or makes it; what its data has besides stays. */
export function applyTemplate(context: RequestContext): Reply {
  const resource = secrets(context);
  const sent = readTypedBody(context, resource);
  const { namespace = '' } = context.params;
  const metadata = digObject(sent, 'metadata');
  const name = digString(metadata, 'name');
  const before = context.cluster.store.find(resource, namespace, name)?.object;
  if (before !== undefined && context.params['workloadtemplate'] === undefined)
    throw new ApiError(409, 'Conflict', `workloadtemplate ${name} already exists`);
  const annotations = digObject(metadata, 'annotations');
  const wanted = {
    ...before,
    metadata: {
      ...before?.metadata,
      name,
      namespace,
      labels: { ...digObject(metadata, 'labels'), [group]: 'true' },
      annotations,
    },
    stringData: digObject(sent, 'stringData'),
    type: `${group}/workloadtemplate`,
  };
  const written =
    before === undefined
      ? createObject(context, resource, wanted)
      : updateObject(context, resource, wanted, { unconditional: true });
  return objectReply(
    context,
    resource,
    withoutManagedFields(written.object),
    before === undefined ? 'created' : 'cached',
  );
}

/** `GET …/workloadtemplates/{workloadtemplate}`: any Secret of that name. */
export function getTemplate(context: RequestContext): Reply {
  const { namespace = '', workloadtemplate: name = '' } = context.params;
  const found = context.cluster.store.find(secrets(context), namespace, name)?.object;
  if (found === undefined) throw notFound({ group: '', plural: 'Secret' }, name);
  return objectReply(context, secrets(context), withoutManagedFields(found));
}

/** `DELETE …/workloadtemplates/{workloadtemplate}`. */
export function deleteTemplate(context: RequestContext): Reply {
  const { namespace = '', workloadtemplate: name = '' } = context.params;
  deleteObject(context, secrets(context), { namespace, name });
  return success();
}
