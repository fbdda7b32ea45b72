import { notFound } from '../../../core/api-error.js';
import { digArray, digObject, digString, type JsonObject } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { groupReferenceLabel, workspaceLabel } from '../../../core/well-known-keys.js';
import { scopeKinds } from '../../../rbac/role-scopes.js';
import type { Reply, RequestContext, Route } from '../../../registry/contract.js';
import { readTypedArray } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { arrayReply, listReply } from '../../../registry/entity-reply.js';

const namespaces = { group: '', plural: 'namespaces' };

const devopsLabel = 'kubesphere.io/devopsproject';
const ofGroup = '/workspaces/{workspace}/groups/{group}';

/** Routes for bindings of groups (3.1 to 3.4); those of users are written as members. */
export const bindingRoutes: readonly Route[] = (
  [
    {
      method: 'GET',
      path: '/workspaces/{workspace}/workspacerolebindings',
      handle: listWorkspaceRoleBindings,
      since: 'v3.3',
    },
    {
      method: 'GET',
      path: `${ofGroup}/workspacerolebindings`,
      handle: listWorkspaceRoleBindings,
      until: 'v3.1',
    },
    { method: 'GET', path: `${ofGroup}/rolebindings`, handle: listRoleBindings, until: 'v3.1' },
    { method: 'GET', path: `${ofGroup}/devopsrolebindings`, handle: listDevOpsRoleBindings, until: 'v3.1' },
    {
      method: 'POST',
      path: '/workspaces/{workspace}/workspacerolebindings',
      handle: createWorkspaceRoleBindings,
    },
    {
      method: 'DELETE',
      path: '/workspaces/{workspace}/workspacerolebindings/{rolebinding}',
      handle: deleteWorkspaceRoleBinding,
    },
    { method: 'GET', path: '/workspaces/{workspace}/rolebindings', handle: listRoleBindings, since: 'v3.3' },
    { method: 'POST', path: '/namespaces/{namespace}/rolebindings', handle: createRoleBindings },
    {
      method: 'DELETE',
      path: '/namespaces/{namespace}/rolebindings/{rolebinding}',
      handle: deleteRoleBinding,
      since: 'v3.3',
    },
    // 3.1 has a letter less here.
    {
      method: 'DELETE',
      path: '/namespace/{namespace}/rolebindings/{rolebinding}',
      handle: deleteRoleBinding,
      until: 'v3.1',
    },
  ] satisfies Route[]
).map((route): Route => ({ since: 'v3.1', ...route }));

function listWorkspaceRoleBindings(context: RequestContext): Reply {
  const { bindings } = scopeKinds('workspace', context.release.name);
  const found = context.cluster.store
    .list(bindings)
    .filter(({ object }) => label(object, workspaceLabel) === context.params['workspace'])
    .filter(({ object }) => isOfGroup(context, object));
  return listReply(context, bindings, found);
}

/** The bindings in every namespace of a workspace. */
function listRoleBindings(context: RequestContext): Reply {
  return listInNamespaces(context, () => true);
}

/** The bindings in every DevOps project of a workspace. */
function listDevOpsRoleBindings(context: RequestContext): Reply {
  return listInNamespaces(context, (namespace) => label(namespace, devopsLabel) !== undefined);
}

function listInNamespaces(context: RequestContext, takes: (namespace: KubeObject) => boolean): Reply {
  const { store } = context.cluster;
  const { bindings } = scopeKinds('namespace', context.release.name);
  const found = store.list(bindings).filter(({ object }) => {
    const namespace = store.find(namespaces, undefined, object.metadata.namespace ?? '')?.object;
    if (namespace === undefined || !takes(namespace) || !isOfGroup(context, object)) return false;
    return label(namespace, workspaceLabel) === context.params['workspace'];
  });
  return listReply(context, bindings, found);
}

/** Tells whether a binding is for the group a URL names, if it names one. */
export function isOfGroup({ params }: RequestContext, binding: KubeObject): boolean {
  const { group } = params;
  return group === undefined || label(binding, groupReferenceLabel) === group;
}

function createWorkspaceRoleBindings(context: RequestContext): Reply {
  const { bindings } = scopeKinds('workspace', context.release.name);
  const resource = context.catalog.get(bindings.group, bindings.plural);
  const items = readTypedArray(context, resource);
  const own = { [workspaceLabel]: context.params['workspace'] ?? '' };
  const created = items.map((item) => createObject(context, resource, forGroup(item, own)).object);
  return arrayReply(context, bindings, created, 'created');
}

function createRoleBindings(context: RequestContext): Reply {
  const { bindings } = scopeKinds('namespace', context.release.name);
  const resource = context.catalog.get(bindings.group, bindings.plural);
  const namespace = context.params['namespace'] ?? '';
  const items = readTypedArray(context, resource);
  const created = items.map(
    (item) => createObject(context, resource, forGroup(item, {}), { namespace }).object,
  );
  return arrayReply(context, bindings, created, 'created');
}

/** The binding named after its first subject and its role, and labelled with the group it is for. */
function forGroup(sent: JsonObject, labels: JsonObject): JsonObject {
  const group = digString(digArray(sent, 'subjects')[0], 'name');
  const metadata = digObject(sent, 'metadata');
  const named =
    digString(metadata, 'name') === ''
      ? { generateName: `${group}-${digString(sent, 'roleRef', 'name')}-` }
      : {};
  return {
    ...sent,
    metadata: {
      ...metadata,
      ...named,
      labels: { ...digObject(metadata, 'labels'), [groupReferenceLabel]: group, ...labels },
    },
  };
}

function deleteWorkspaceRoleBinding(context: RequestContext): Reply {
  const { bindings } = scopeKinds('workspace', context.release.name);
  const name = context.params['rolebinding'] ?? '';
  const found = context.cluster.store.find(bindings, undefined, name)?.object;
  if (found === undefined || label(found, workspaceLabel) !== context.params['workspace']) {
    throw notFound({ group: bindings.group, plural: 'workspacerolebinding' }, name);
  }
  deleteObject(context, context.catalog.get(bindings.group, bindings.plural), { name });
  return success();
}

function deleteRoleBinding(context: RequestContext): Reply {
  const { bindings } = scopeKinds('namespace', context.release.name);
  const { namespace = '', rolebinding = '' } = context.params;
  deleteObject(context, context.catalog.get(bindings.group, bindings.plural), {
    namespace,
    name: rolebinding,
  });
  return success();
}
