import { digArray, digString, type JsonObject } from '../../core/json.js';
import { annotation, controllerReference, label, type KubeObject } from '../../core/kube-object.js';
import { creatorAnnotation, workspaceLabel } from '../../core/well-known-keys.js';
import { rbacKinds } from '../../rbac/roles.js';
import {
  userSubject,
  workspaceClusterRole,
  workspaceOfBinding,
  workspaceRoleBinding,
  workspaceRoleName,
  workspaceRoles21,
  type WorkspaceRole21,
} from '../../rbac/workspace-roles-2.1.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import type { Change } from '../../state/object-store.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';

const finalizer = 'finalizers.tenant.kubesphere.io';
const kinds = rbacKinds('v2.1');
/** Namespace of a fresh install whose roles every project starts with. */
const model = 'default';
/** Bindings of a project that follow a role of its workspace, by that role. */
const followed: readonly WorkspaceRole21[] = ['admin', 'viewer'];

/**
 * Roles of workspaces and projects in 2.1: three ClusterRoles per workspace with a binding each, three Roles per project,
 * and in each project bindings `admin` and `viewer` for those who hold these roles in the workspace.
 *
 * @see kubesphere/kubesphere pkg/controller/{workspace,namespace,clusterrolebinding}
 */
export const tenancyController: Controller = {
  name: 'tenancy',
  until: 'v2.1',
  watches: [
    'workspaces.tenant.kubesphere.io',
    'namespaces.',
    `${kinds.clusterRoleBindings.plural}.${kinds.clusterRoleBindings.group}`,
  ],
  reconcile: (context, change) => {
    const current = currentOf(context, change);
    if (current === undefined) return;
    if (change.resource.plural === 'workspaces') settleWorkspace(context, current);
    else if (change.resource.plural === 'namespaces') settleProject(context, current);
    else settleProjectsOf(context, change, current);
  },
};

function settleWorkspace(context: WriteContext, workspace: KubeObject): void {
  const resource = context.catalog.get('tenant.kubesphere.io', 'workspaces');
  if (isDeleting(workspace)) {
    if (hasFinalizer(workspace, finalizer))
      writeBack(context, resource, withoutFinalizer(workspace, finalizer));
    return;
  }
  if (!hasFinalizer(workspace, finalizer)) writeBack(context, resource, withFinalizer(workspace, finalizer));
  const manager = digString(workspace, 'spec', 'manager');
  for (const role of workspaceRoles21) {
    createMissing(context, kinds.clusterRoles, workspaceClusterRole(workspace, role));
    const users = role === 'admin' && manager !== '' ? [manager] : [];
    createMissing(context, kinds.clusterRoleBindings, workspaceRoleBinding(workspace, role, users));
  }
  if (manager !== '') addManager(context, workspace.metadata.name, manager);
  for (const { object } of context.cluster.store.list({ group: '', plural: 'namespaces' }))
    if (label(object, workspaceLabel) === workspace.metadata.name) settleProject(context, object);
}

function addManager(context: WriteContext, workspace: string, manager: string): void {
  const resource = context.catalog.get(kinds.clusterRoleBindings.group, kinds.clusterRoleBindings.plural);
  const name = workspaceRoleName(workspace, 'admin');
  const binding = context.cluster.store.find(resource, undefined, name)?.object;
  if (binding === undefined) return;
  const subjects = digArray(binding, 'subjects');
  if (subjects.some((subject) => digString(subject, 'name') === manager)) return;
  writeBack(context, resource, { ...binding, subjects: [...subjects, userSubject(manager)] });
}

function settleProject(context: WriteContext, namespace: KubeObject): void {
  const workspace = label(namespace, workspaceLabel) ?? '';
  if (workspace === '' || isDeleting(namespace)) return;
  const { store } = context.cluster;
  const owner = store.find({ group: 'tenant.kubesphere.io', plural: 'workspaces' }, undefined, workspace);
  if (owner === undefined) return;
  const { name } = namespace.metadata;
  if (namespace.metadata.ownerReferences?.some(({ uid }) => uid === owner.object.metadata.uid) !== true) {
    const ownerReferences = [controllerReference(owner.object)];
    const owned = { ...namespace, metadata: { ...namespace.metadata, ownerReferences } };
    writeBack(context, context.catalog.get('', 'namespaces'), owned);
  }
  for (const { object } of store.list(kinds.roles, model)) {
    const {
      uid: _u,
      resourceVersion: _v,
      creationTimestamp: _t,
      selfLink: _s,
      ...metadata
    } = object.metadata;
    createMissing(context, kinds.roles, { ...object, metadata: { ...metadata, namespace: name } });
  }
  for (const role of followed) bindLikeWorkspace(context, namespace, workspace, role);
}

/** Brings the binding of a project in line with the one of its workspace; who made the project is its admin as well. */
function bindLikeWorkspace(
  context: WriteContext,
  namespace: KubeObject,
  workspace: string,
  role: WorkspaceRole21,
): void {
  const { store } = context.cluster;
  const { group, plural } = kinds.roleBindings;
  const binding = store.find(
    kinds.clusterRoleBindings,
    undefined,
    workspaceRoleName(workspace, role),
  )?.object;
  const creator = annotation(namespace, creatorAnnotation) ?? '';
  const subjects = digArray(binding, 'subjects');
  const isThere = subjects.some((subject) => digString(subject, 'name') === creator);
  const wanted =
    role === 'admin' && creator !== '' && !isThere ? [...subjects, userSubject(creator)] : subjects;
  const known = store.find(kinds.roleBindings, namespace.metadata.name, role)?.object;
  if (known === undefined) {
    createMissing(context, kinds.roleBindings, {
      kind: 'RoleBinding',
      apiVersion: `${group}/v1`,
      metadata: { name: role, namespace: namespace.metadata.name },
      subjects: wanted,
      roleRef: { apiGroup: group, kind: 'Role', name: role },
    });
  } else if (JSON.stringify(digArray(known, 'subjects')) !== JSON.stringify(wanted)) {
    writeBack(context, context.catalog.get(group, plural), { ...known, subjects: wanted });
  }
}

function settleProjectsOf(context: WriteContext, { previous }: Change, binding: KubeObject): void {
  const workspace = workspaceOfBinding(binding);
  if (workspace === '' || previous?.object['subjects'] === binding['subjects']) return;
  for (const { object } of context.cluster.store.list({ group: '', plural: 'namespaces' })) {
    if (label(object, workspaceLabel) === workspace) settleProject(context, object);
  }
}

function createMissing(
  context: WriteContext,
  { group, plural }: { readonly group: string; readonly plural: string },
  object: JsonObject,
): void {
  const namespace = digString(object, 'metadata', 'namespace');
  const name = digString(object, 'metadata', 'name');
  if (context.cluster.store.find({ group, plural }, namespace || undefined, name) !== undefined) return;
  createObject(context, context.catalog.get(group, plural), object);
}
