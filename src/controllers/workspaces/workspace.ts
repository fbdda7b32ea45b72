import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import { deletionPropagationAnnotation, workspaceLabel } from '../../core/well-known-keys.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { recordSynced } from '../synced.js';
import { ownedByWorkspace } from './workspace-owner.js';
import { recordEvent } from '../workloads/events.js';

/**
 * Holds a Workspace until its namespaces are dealt with: deleted with it, or set free.
 *
 * @see kubesphere/kubesphere pkg/controller/workspace/workspace_controller.go
 */
export const workspaceController: Controller = {
  name: 'workspace',
  since: 'v3.0',
  watches: ['workspaces.tenant.kubesphere.io'],
  reconcile: (context, change) => {
    const workspace = currentOf(context, change);
    if (workspace === undefined) return;
    const resource = context.catalog.get('tenant.kubesphere.io', 'workspaces');
    const finalizer = finalizerOf(context.world.release.name);
    const marked = hasFinalizer(workspace, finalizer);
    if (!isDeleting(workspace)) {
      if (!marked) writeBack(context, resource, withFinalizer(workspace, finalizer));
      else conclude(context, workspace);
    } else if (marked) {
      if (inRange(context.world.release.name, { since: 'v4.1' })) dealWithNamespaces(context, workspace);
      else ownNamespaces(context, workspace);
      writeBack(context, resource, withoutFinalizer(workspace, finalizer));
    }
  },
};

function conclude(context: WriteContext, workspace: KubeObject): void {
  if (!inRange(context.world.release.name, { since: 'v4.1' })) {
    recordSynced(context, workspace, 'workspace');
    return;
  }
  recordEvent(context, workspace, {
    reason: 'Reconcile',
    message: 'Reconcile workspace successfully',
    component: 'workspace',
  });
}

function finalizerOf(release: ReleaseName): string {
  return inRange(release, { since: 'v4.1' })
    ? 'kubesphere.io/cascading-deletion'
    : 'finalizers.tenant.kubesphere.io';
}

/** Before 4.1 namespaces go, or stay, as what they own does; those of a loaded world may not have been looked at yet. */
function ownNamespaces(context: WriteContext, workspace: KubeObject): void {
  if (hasFinalizer(workspace, 'orphan')) return;
  const resource = context.catalog.get('', 'namespaces');
  for (const { object } of context.cluster.store.list(resource)) {
    if (label(object, workspaceLabel) !== workspace.metadata.name) continue;
    const owned = ownedByWorkspace(object, workspace);
    if (owned !== object) writeBack(context, resource, owned);
  }
}

function dealWithNamespaces(context: WriteContext, workspace: KubeObject): void {
  const propagation = annotation(workspace, deletionPropagationAnnotation) ?? '';
  const frees = propagation === '' || propagation === 'Orphan';
  if (!frees && propagation !== 'Foreground' && propagation !== 'Background') return;
  const resource = context.catalog.get('', 'namespaces');
  for (const { object } of context.cluster.store.list(resource)) {
    if (label(object, workspaceLabel) !== workspace.metadata.name || isDeleting(object)) continue;
    if (frees) {
      const labels = Object.fromEntries(
        Object.entries(object.metadata.labels ?? {}).filter(([key]) => key !== workspaceLabel),
      );
      writeBack(context, resource, { ...object, metadata: { ...object.metadata, labels } });
    } else {
      deleteObject(context, resource, { name: object.metadata.name });
    }
  }
}
