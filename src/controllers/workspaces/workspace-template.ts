import { fnv64a } from '../../core/fnv.js';
import { digObject, digString, type JsonObject } from '../../core/json.js';
import { annotation, controllerReference, type KubeObject } from '../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import {
  deletionPropagationAnnotation,
  orphanFinalizer,
  roleReferenceLabel,
  userReferenceLabel,
  workspaceLabel,
} from '../../core/well-known-keys.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import type { ClusterState } from '../../state/world.js';
import { builtinRoles, roleFrom, userBinding } from '../access/builtin-roles.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { cameToBeReady, knownClusters } from '../clusters/ready-clusters.js';
import { recordNotReady, recordSynced } from '../synced.js';
import { placement } from './workspace-placement.js';

const iam = 'iam.kubesphere.io';
const tenant = 'tenant.kubesphere.io';
/** Longest name of a WorkspaceRole made of workspace and role. */
const longestName = 63;

/**
 * Furnishes a workspace with its roles and its manager's binding, puts a Workspace into every cluster it is placed on,
 * and takes all of it away again.
 *
 * @see kubesphere/kubesphere pkg/controller/workspacetemplate/workspacetemplate_controller.go
 */
export const workspaceTemplateController: Controller = {
  name: 'workspacetemplate',
  since: 'v3.0',
  hostOnly: true,
  watches: ['workspacetemplates.tenant.kubesphere.io', 'clusters.cluster.kubesphere.io'],
  reconcile: (context, change) => {
    if (change.resource.plural === 'clusters') {
      if (cameToBeReady(change) || change.type === 'DELETED') resume(context);
      return;
    }
    const template = currentOf(context, change);
    if (template === undefined) return;
    const finalizer = finalizerOf(context.world.release.name);
    const marked = hasFinalizer(template, finalizer);
    if (isDeleting(template)) {
      if (marked) release(context, template, finalizer);
      return;
    }
    if (!marked) {
      furnish(context, template);
      writeBack(
        context,
        context.catalog.get(tenant, 'workspacetemplates'),
        withFinalizer(template, finalizer),
      );
      return;
    }
    place(context, template);
  },
};

/** Goes on with what waited for a cluster. */
function resume(context: WriteContext): void {
  const finalizer = finalizerOf(context.world.release.name);
  for (const { object } of context.cluster.store.list(context.catalog.get(tenant, 'workspacetemplates'))) {
    if (!hasFinalizer(object, finalizer)) continue;
    if (isDeleting(object)) release(context, object, finalizer);
    else place(context, object);
  }
}

function finalizerOf(release: ReleaseName): string {
  return inRange(release, { since: 'v4.1' })
    ? 'kubesphere.io/cascading-deletion'
    : 'finalizers.workspacetemplate.kubesphere.io';
}

function furnish(context: WriteContext, template: KubeObject): void {
  const { store } = context.cluster;
  const { name: workspace, labels } = template.metadata;
  const ownerReferences = [controllerReference(template)];
  const roles = context.catalog.get(iam, 'workspaceroles');
  for (const role of builtinRoles(context, 'WorkspaceRole', labels)) {
    const name = roleName(workspace, digString(role, 'metadata', 'name'));
    if (store.find(roles, undefined, name) !== undefined) continue;
    createObject(
      context,
      roles,
      roleFrom(role, { name, labels: { [workspaceLabel]: workspace }, ownerReferences }),
    );
  }
  const manager = digString(template, 'spec', 'template', 'spec', 'manager');
  const bindings = context.catalog.get(iam, 'workspacerolebindings');
  const name = `${workspace}-admin`;
  if (manager === '' || store.find(bindings, undefined, name) !== undefined) return;
  createObject(context, bindings, {
    metadata: {
      name,
      labels: {
        [workspaceLabel]: workspace,
        [userReferenceLabel]: manager,
        [roleReferenceLabel]: roleName(workspace, 'admin'),
      },
      ownerReferences,
    },
    ...userBinding(manager, 'WorkspaceRole', roleName(workspace, 'admin')),
  });
}

function roleName(workspace: string, role: string): string {
  const name = `${workspace}-${role}`;
  return name.length <= longestName ? name : `${role}.${fnv64a(workspace)}`;
}

/** Has a Workspace in every ready cluster the template is placed on, and none elsewhere. */
function place(context: WriteContext, template: KubeObject): void {
  const known = knownClusters(context.world);
  const chosen = placement(template, known);
  const workspaces = context.catalog.get(tenant, 'workspaces');
  for (const [name, cluster] of known.ready) {
    const there = { ...context, cluster };
    const existing = cluster.store.find(workspaces, undefined, template.metadata.name)?.object;
    if (chosen.has(name)) putWorkspace(there, template, existing);
    else if (existing !== undefined && !isDeleting(existing))
      deleteObject(there, workspaces, { name: template.metadata.name });
  }
  recordSynced(context, template, 'workspacetemplate');
}

function putWorkspace(context: WriteContext, template: KubeObject, existing: KubeObject | undefined): void {
  const workspaces = context.catalog.get(tenant, 'workspaces');
  const { name } = template.metadata;
  const given = digObject(template, 'spec', 'template');
  const spec = digObject(given, 'spec');
  const wanted = (key: 'labels' | 'annotations'): JsonObject => ({
    ...existing?.metadata[key],
    ...digObject(given, 'metadata', key),
  });
  const metadata = { labels: wanted('labels'), annotations: wanted('annotations') };
  if (existing === undefined) createObject(context, workspaces, { metadata: { name, ...metadata }, spec });
  else if (!isDeleting(existing)) {
    writeBack(context, workspaces, {
      ...existing,
      spec,
      metadata: { ...existing.metadata, ...metadata } as KubeObject['metadata'],
    });
  }
}

/** Deletes the Workspaces and lets the template go; since 4.1 waits while any cluster is out of reach. */
function release(context: WriteContext, template: KubeObject, finalizer: string): void {
  const { ready, notReady } = knownClusters(context.world);
  const since41 = inRange(context.world.release.name, { since: 'v4.1' });
  if (since41 && notReady.length > 0) {
    recordNotReady(context, template, 'workspacetemplate', notReady);
    return;
  }
  const workspaces = context.catalog.get(tenant, 'workspaces');
  const propagation = since41 ? annotation(template, deletionPropagationAnnotation) : undefined;
  const orphans = !since41 && hasFinalizer(template, orphanFinalizer);
  for (const cluster of ready.values()) {
    const there: WriteContext & { cluster: ClusterState } = { ...context, cluster };
    const workspace = cluster.store.find(workspaces, undefined, template.metadata.name)?.object;
    if (workspace === undefined || isDeleting(workspace)) continue;
    if (propagation !== undefined) {
      const annotations = { ...workspace.metadata.annotations, [deletionPropagationAnnotation]: propagation };
      writeBack(there, workspaces, { ...workspace, metadata: { ...workspace.metadata, annotations } });
    }
    const key = { name: template.metadata.name };
    deleteObject(there, workspaces, key, orphans ? { propagation: 'Orphan' } : {});
  }
  const templates = context.catalog.get(tenant, 'workspacetemplates');
  writeBack(context, templates, withoutFinalizer(withoutFinalizer(template, finalizer), orphanFinalizer));
}
