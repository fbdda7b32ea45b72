import { digString } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import {
  creatorAnnotation,
  roleReferenceLabel,
  userReferenceLabel,
  workspaceLabel,
} from '../../core/well-known-keys.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { builtinRoles, roleFrom, userBinding } from '../access/builtin-roles.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  keyOf,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { ownedByWorkspace } from '../workspaces/workspace-owner.js';

const iam = 'iam.kubesphere.io';
const workspaces = { group: 'tenant.kubesphere.io', plural: 'workspaces' };
const native = 'rbac.authorization.k8s.io';

/**
 * Makes a namespace of a workspace a project: its roles, and the creator as its admin. One that leaves its workspace
 * loses all of its roles and bindings.
 *
 * @see kubesphere/kubesphere pkg/controller/namespace/namespace_controller.go
 */
export const namespaceController: Controller = {
  name: 'namespace',
  since: 'v3.0',
  watches: ['namespaces.'],
  reconcile: (context, change) => {
    const namespace = currentOf(context, change);
    if (namespace === undefined) return;
    const since41 = inRange(context.world.release.name, { since: 'v4.1' });
    const finalizer = since41 ? 'kubesphere.io/cascading-deletion' : 'finalizers.kubesphere.io/namespaces';
    const marked = hasFinalizer(namespace, finalizer);
    const inWorkspace = (label(namespace, workspaceLabel) ?? '') !== '';
    const resource = context.catalog.get('', 'namespaces');
    if (isDeleting(namespace)) {
      if (marked) writeBack(context, resource, withoutFinalizer(namespace, finalizer));
    } else if (!inWorkspace && since41) {
      strip(context, namespace);
    } else if (!marked) {
      furnish(context, namespace, since41);
      const named = since41 ? withoutOwners(namespace) : bound(context, withNameLabel(namespace));
      writeBack(context, resource, withFinalizer(named, finalizer));
    } else if (!since41) {
      const owned = bound(context, namespace);
      if (owned !== namespace) writeBack(context, resource, owned);
    }
  },
};

function withoutOwners(namespace: KubeObject): KubeObject {
  const { ownerReferences: _, ...metadata } = namespace.metadata;
  return { ...namespace, metadata };
}

/** Before 4.1: with its workspace for its owner, unless that is not there or about to go. */
function bound({ cluster }: WriteContext, namespace: KubeObject): KubeObject {
  const name = label(namespace, workspaceLabel) ?? '';
  if (name === '') return ownedByWorkspace(namespace, undefined);
  const workspace = cluster.store.find(workspaces, undefined, name)?.object;
  return workspace === undefined || isDeleting(workspace)
    ? namespace
    : ownedByWorkspace(namespace, workspace);
}

function withNameLabel(namespace: KubeObject): KubeObject {
  const labels = { ...namespace.metadata.labels, 'kubesphere.io/namespace': namespace.metadata.name };
  return { ...namespace, metadata: { ...namespace.metadata, labels } };
}

function furnish(context: WriteContext, { metadata, ...rest }: KubeObject, since41: boolean): void {
  const { name: namespace, labels } = metadata;
  const { store } = context.cluster;
  const group = since41 ? iam : native;
  const roles = context.catalog.get(group, 'roles');
  for (const role of builtinRoles(context, 'Role', labels)) {
    const name = digString(role, 'metadata', 'name');
    if (store.find(roles, namespace, name) !== undefined) continue;
    createObject(context, roles, roleFrom(role, { name, namespace }));
  }
  const creator = annotation({ metadata, ...rest }, creatorAnnotation) ?? '';
  const bindings = context.catalog.get(group, 'rolebindings');
  const name = `${creator}-admin`;
  if (creator === '' || store.find(bindings, namespace, name) !== undefined) return;
  const binding = userBinding(creator, 'Role', 'admin');
  createObject(context, bindings, {
    metadata: {
      name,
      namespace,
      labels: { [userReferenceLabel]: creator, ...(since41 && { [roleReferenceLabel]: 'admin' }) },
    },
    ...(since41
      ? binding
      : {
          subjects: [{ kind: 'User', apiGroup: native, name: creator }],
          roleRef: { apiGroup: native, kind: 'Role', name: 'admin' },
        }),
  });
}

function strip(context: WriteContext, { metadata }: KubeObject): void {
  const kinds: readonly Resource[] = [
    context.catalog.get(iam, 'roles'),
    context.catalog.get(iam, 'rolebindings'),
  ];
  for (const resource of kinds) {
    for (const { object } of context.cluster.store.list(resource, metadata.name)) {
      if (!isDeleting(object)) deleteObject(context, resource, keyOf(object));
    }
  }
}
