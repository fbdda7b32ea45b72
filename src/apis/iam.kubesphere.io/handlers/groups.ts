import { ApiError, conflict, notFound } from '../../../core/api-error.js';
import { digObject, digString } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { groupReferenceLabel, userReferenceLabel, workspaceLabel } from '../../../core/well-known-keys.js';
import { assertNameMatches } from '../../../registry/assert-name-matches.js';
import type { Reply, RequestContext, Resource, Route } from '../../../registry/contract.js';
import { readBodyArray, readTypedBody } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { patchObject } from '../../../registry/verbs/patch.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { arrayReply, listReply, objectReply } from '../../../registry/entity-reply.js';
import { isOfGroup } from './role-bindings.js';

const groups = { group: 'iam.kubesphere.io', plural: 'groups' };
const groupBindings = { group: 'iam.kubesphere.io', plural: 'groupbindings' };

/** Routes for the groups of a workspace and who is in them (3.1 to 3.4). */
export const groupRoutes: readonly Route[] = (
  [
    { method: 'GET', path: '/groups', handle: listGroups },
    { method: 'POST', path: '/groups', handle: createGroup },
    { method: 'GET', path: '/groups/{group}', handle: getGroup },
    { method: 'DELETE', path: '/groups/{group}', handle: deleteGroup },
    { method: 'PUT', path: '/groups/{group}', handle: updateGroup },
    { method: 'PATCH', path: '/groups/{group}', handle: patchGroup, since: 'v3.3' },
    { method: 'GET', path: '/groupbindings', handle: listGroupBindings, since: 'v3.3' },
    // Later one list of a workspace that filters by label.
    { method: 'GET', path: '/groups/{group}/groupbindings', handle: listGroupBindings, until: 'v3.1' },
    { method: 'POST', path: '/groupbindings', handle: createGroupBindings },
    { method: 'DELETE', path: '/groupbindings/{groupbinding}', handle: deleteGroupBinding },
  ] satisfies Route[]
).map((route): Route => ({ since: 'v3.1', ...route, path: `/workspaces/{workspace}${route.path}` }));

function resourceOf({ catalog }: RequestContext): Resource {
  return catalog.get(groups.group, groups.plural);
}

function workspaceOf({ params }: RequestContext): string {
  return params['workspace'] ?? '';
}

function listGroups(context: RequestContext): Reply {
  return listInWorkspace(context, groups);
}

function listGroupBindings(context: RequestContext): Reply {
  return listInWorkspace(context, groupBindings);
}

function listInWorkspace(context: RequestContext, kind: typeof groups): Reply {
  const found = context.cluster.store
    .list(kind)
    .filter(({ object }) => label(object, workspaceLabel) === workspaceOf(context))
    .filter(({ object }) => isOfGroup(context, object));
  return listReply(context, kind, found);
}

function ownGroup(context: RequestContext): KubeObject {
  const name = context.params['group'] ?? '';
  const found = context.cluster.store.find(groups, undefined, name)?.object;
  if (found === undefined || label(found, workspaceLabel) !== workspaceOf(context)) {
    throw notFound({ group: groups.group, plural: 'group' }, name);
  }
  return found;
}

function getGroup(context: RequestContext): Reply {
  return objectReply(context, groups, ownGroup(context));
}

/** The name shown is the generateName: no two groups of a workspace may share it. */
function createGroup(context: RequestContext): Reply {
  const sent = readTypedBody(context, resourceOf(context));
  const metadata = digObject(sent, 'metadata');
  const shown = digString(metadata, 'generateName');
  if (shown === '') {
    throw new ApiError(
      422,
      'Invalid',
      'Group.iam.kubesphere.io "" is invalid: metadata.generateName: Required value: generateName is required',
    );
  }
  const twin = context.cluster.store
    .list(groups)
    .some(
      ({ object }) =>
        label(object, workspaceLabel) === workspaceOf(context) && object.metadata.generateName === shown,
    );
  if (twin) throw conflict(groups, shown, `an group named ${shown} exists in the workspace`);
  const labels = { ...digObject(metadata, 'labels'), [workspaceLabel]: workspaceOf(context) };
  const created = createObject(context, resourceOf(context), { ...sent, metadata: { ...metadata, labels } });
  return objectReply(context, groups, created.object, 'created');
}

function updateGroup(context: RequestContext): Reply {
  const sent = readTypedBody(context, resourceOf(context));
  assertNameMatches(sent, context.params['group'] ?? '');
  ownGroup(context);
  const metadata = digObject(sent, 'metadata');
  const labels = { ...digObject(metadata, 'labels'), [workspaceLabel]: workspaceOf(context) };
  const updated = updateObject(context, resourceOf(context), { ...sent, metadata: { ...metadata, labels } });
  return objectReply(context, groups, updated.object, 'created');
}

function patchGroup(context: RequestContext): Reply {
  const { kind: _kind, apiVersion: _version, ...sent } = readTypedBody(context, resourceOf(context));
  const { name } = ownGroup(context).metadata;
  const { name: _name, ...metadata } = digObject(sent, 'metadata');
  const patched = patchObject(
    context,
    resourceOf(context),
    { name },
    { type: 'application/merge-patch+json', body: { ...sent, metadata } },
  );
  return objectReply(context, groups, patched.object, 'created');
}

function deleteGroup(context: RequestContext): Reply {
  const { name } = ownGroup(context).metadata;
  deleteObject(context, resourceOf(context), { name });
  return success();
}

/** Each item names a user and a group. */
function createGroupBindings(context: RequestContext): Reply {
  const resource = context.catalog.get(groupBindings.group, groupBindings.plural);
  const created = readBodyArray(context, 'v1alpha2.GroupMember').map((item) => {
    const user = digString(item, 'userName');
    const group = digString(item, 'groupName');
    return createObject(context, resource, {
      apiVersion: `${groups.group}/${resource.versions[0] ?? ''}`,
      kind: resource.kind,
      metadata: {
        generateName: `${group}-${user}-`,
        labels: {
          [groupReferenceLabel]: group,
          [userReferenceLabel]: user,
          [workspaceLabel]: workspaceOf(context),
        },
      },
      users: [user],
      groupRef: { apiGroup: groups.group, kind: 'Group', name: group },
    }).object;
  });
  return arrayReply(context, groupBindings, created, 'created');
}

function deleteGroupBinding(context: RequestContext): Reply {
  const name = context.params['groupbinding'] ?? '';
  const found = context.cluster.store.find(groupBindings, undefined, name)?.object;
  if (found === undefined || label(found, workspaceLabel) !== workspaceOf(context)) {
    throw notFound({ group: groups.group, plural: 'groupbinding' }, name);
  }
  deleteObject(context, context.catalog.get(groupBindings.group, groupBindings.plural), { name });
  return success();
}
