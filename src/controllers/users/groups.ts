import { digArray, digObject, digString } from '../../core/json.js';
import { controllerReference, label, type KubeObject } from '../../core/kube-object.js';
import { groupParentLabel, groupReferenceLabel, workspaceLabel } from '../../core/well-known-keys.js';
import { rbacKinds } from '../../rbac/roles.js';
import type { WriteContext } from '../../registry/contract.js';
import {
  currentOf,
  deleteLabelled,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { recordSynced } from '../synced.js';

const iam = 'iam.kubesphere.io';
const templates = { group: 'tenant.kubesphere.io', plural: 'workspacetemplates' };

/**
 * Has a group belong to its parent or its workspace; one that is deleted takes its members' bindings and its own along.
 * Since 4.1 nothing looks after groups.
 *
 * @see kubesphere/kubesphere pkg/controller/group/group_controller.go (v3.4.1)
 */
export const groupController: Controller = {
  name: 'group',
  since: 'v3.1',
  until: 'v3.4',
  hostOnly: true,
  watches: [`groups.${iam}`],
  reconcile: (context, change) => {
    const group = currentOf(context, change);
    if (group === undefined) return;
    const resource = context.catalog.get(iam, 'groups');
    const finalizer = 'finalizers.kubesphere.io/groups';
    if (isDeleting(group)) {
      if (!hasFinalizer(group, finalizer)) return;
      deleteBindings(context, group.metadata.name);
      writeBack(context, resource, withoutFinalizer(group, finalizer));
      return;
    }
    const next = withOwner(context, withFinalizer(group, finalizer));
    if (next === group) recordSynced(context, group, 'group');
    else writeBack(context, resource, next);
  },
};

function deleteBindings(context: WriteContext, group: string): void {
  const { world, catalog } = context;
  const { clusterRoleBindings, roleBindings } = rbacKinds(world.release.name);
  const kinds = [
    { group: iam, plural: 'groupbindings' },
    { group: iam, plural: 'workspacerolebindings' },
    clusterRoleBindings,
    roleBindings,
  ];
  for (const kind of kinds)
    deleteLabelled(context, catalog.get(kind.group, kind.plural), groupReferenceLabel, group);
}

/** A parent that is not there any more is forgotten; without one, the workspace is the owner. */
function withOwner({ cluster, catalog }: WriteContext, group: KubeObject): KubeObject {
  const parent = label(group, groupParentLabel);
  const workspace = label(group, workspaceLabel);
  if (parent === undefined && workspace === undefined) return group;
  const [kind, name] = parent === undefined ? ['WorkspaceTemplate', workspace] : ['Group', parent];
  const { ownerReferences = [] } = group.metadata;
  if (ownerReferences.some((one) => one.controller === true && one.kind === kind && one.name === name))
    return group;
  const kinds = parent === undefined ? templates : catalog.get(iam, 'groups');
  const owner = cluster.store.find(kinds, undefined, name ?? '')?.object;
  if (owner === undefined) return parent === undefined ? group : withoutParent(group);
  const others = ownerReferences.filter((one) => one.controller !== true);
  return {
    ...group,
    metadata: { ...group.metadata, ownerReferences: [...others, controllerReference(owner)] },
  };
}

function withoutParent(group: KubeObject): KubeObject {
  const { [groupParentLabel]: _, ...labels } = group.metadata.labels ?? {};
  return { ...group, metadata: { ...group.metadata, labels } };
}

/**
 * Writes into users which groups they are in, so that a request is authorized without looking for them.
 *
 * @see kubesphere/kubesphere pkg/controller/groupbinding/groupbinding_controller.go (v3.4.1)
 */
export const groupBindingController: Controller = {
  name: 'groupbinding',
  since: 'v3.1',
  until: 'v3.4',
  hostOnly: true,
  watches: [`groupbindings.${iam}`],
  reconcile: (context, change) => {
    const binding = currentOf(context, change);
    if (binding === undefined) return;
    const resource = context.catalog.get(iam, 'groupbindings');
    const finalizer = 'finalizers.kubesphere.io/groupsbindings';
    const isMarked = hasFinalizer(binding, finalizer);
    if (isDeleting(binding)) {
      if (!isMarked) return;
      changeGroups(context, binding, (groups, group) => groups.filter((one) => one !== group));
      writeBack(context, resource, withoutFinalizer(binding, finalizer));
    } else if (!isMarked) writeBack(context, resource, withFinalizer(binding, finalizer));
    else {
      changeGroups(context, binding, (groups, group) =>
        groups.includes(group) ? groups : [...groups, group],
      );
      recordSynced(context, binding, 'groupbinding');
    }
  },
};

function changeGroups(
  context: WriteContext,
  binding: KubeObject,
  change: (groups: readonly string[], group: string) => readonly string[],
): void {
  const users = context.catalog.get(iam, 'users');
  const group = digString(binding, 'groupRef', 'name');
  for (const name of digArray(binding, 'users')) {
    if (typeof name !== 'string') continue;
    const user = context.cluster.store.find(users, undefined, name)?.object;
    if (user === undefined || isDeleting(user)) continue;
    const known = digArray(user, 'spec', 'groups').filter((one) => typeof one === 'string');
    const groups = change(known, group);
    if (groups.length === known.length) continue;
    const { groups: _, ...spec } = digObject(user, 'spec');
    writeBack(context, users, { ...user, spec: { ...spec, ...(groups.length > 0 && { groups }) } });
  }
}
