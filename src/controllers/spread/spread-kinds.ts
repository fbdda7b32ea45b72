import { controllerReference, label, type KubeObject } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
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
import { placement } from '../workspaces/workspace-placement.js';
import { dropCopy, putCopy } from './copies.js';

const group = 'iam.kubesphere.io';
const templates = { group: 'tenant.kubesphere.io', plural: 'workspacetemplates' };

/** Kinds of the host that members have copies of, and whether they belong to workspaces. */
const kinds = [
  ['globalrole', 'globalroles', false],
  ['globalrolebinding', 'globalrolebindings', false],
  ['workspacerole', 'workspaceroles', true],
  ['workspacerolebinding', 'workspacerolebindings', true],
] as const;

/**
 * Keeps copies of roles and bindings of the platform and of workspaces in the members that want them: all, or those the
 * workspace is placed on. One that is deleted waits until its copies are gone, so for every cluster.
 *
 * @see kubesphere/kubesphere pkg/controller/globalrole, globalrolebinding, workspacerole, workspacerolebinding
 */
export const spreadControllers: readonly Controller[] = kinds.map(
  ([name, plural, ofWorkspace]): Controller => ({
    name,
    since: 'v4.1',
    hostOnly: true,
    watches: [`${plural}.${group}`, 'clusters.cluster.kubesphere.io'],
    reconcile: (context, change) => {
      const resource = context.catalog.get(group, plural);
      const look = (object: KubeObject): void => {
        reconcile(context, { name, resource, ofWorkspace }, object);
      };
      if (change.resource.plural === 'clusters') {
        if (!cameToBeReady(change) && change.type !== 'DELETED') return;
        for (const { object } of context.cluster.store.list(resource))
          if (hasFinalizer(object, finalizerOf(resource))) look(object);
        return;
      }
      const object = currentOf(context, change);
      if (object !== undefined) look(object);
    },
  }),
);

interface SpreadKind {
  readonly name: string;
  readonly resource: Resource;
  readonly ofWorkspace: boolean;
}

function finalizerOf({ plural }: Resource): string {
  return `finalizers.kubesphere.io/${plural}`;
}

function reconcile(context: WriteContext, kind: SpreadKind, object: KubeObject): void {
  const { name, resource, ofWorkspace } = kind;
  const finalizer = finalizerOf(resource);
  const isMarked = hasFinalizer(object, finalizer);
  if (isDeleting(object)) {
    if (isMarked) release(context, kind, object);
    return;
  }
  if (!isMarked) {
    writeBack(context, resource, withFinalizer(object, finalizer));
    return;
  }
  const template = ofWorkspace ? templateOf(context, object) : undefined;
  if (template !== undefined && !isControlledBy(object, template)) {
    const others = (object.metadata.ownerReferences ?? []).filter(({ kind: owner }) => !isWorkspace(owner));
    const ownerReferences = [...others, controllerReference(template)];
    writeBack(context, resource, { ...object, metadata: { ...object.metadata, ownerReferences } });
    return;
  }
  const known = knownClusters(context.world);
  const chosen = template && placement(template, known);
  for (const [clusterName, cluster] of known.ready) {
    if (cluster.isHost) continue;
    const there = { ...context, cluster };
    if (!ofWorkspace || chosen?.has(clusterName) === true) putCopy(there, resource, object);
    else if (template !== undefined) dropCopy(there, resource, object.metadata.name);
  }
  if (known.notReady.length > 0) recordNotReady(context, object, name, known.notReady);
  recordSynced(context, object, name);
}

function release(context: WriteContext, { name, resource }: SpreadKind, object: KubeObject): void {
  const { ready, notReady } = knownClusters(context.world);
  for (const cluster of ready.values())
    if (!cluster.isHost) dropCopy({ ...context, cluster }, resource, object.metadata.name);
  if (notReady.length > 0) recordNotReady(context, object, name, notReady);
  else writeBack(context, resource, withoutFinalizer(object, finalizerOf(resource)));
}

function templateOf({ cluster }: WriteContext, object: KubeObject): KubeObject | undefined {
  const workspace = label(object, workspaceLabel) ?? '';
  return cluster.store.find(templates, undefined, workspace)?.object;
}

function isControlledBy({ metadata }: KubeObject, owner: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => controller === true && uid === owner.metadata.uid,
  );
}

function isWorkspace(kind: string): boolean {
  return kind === 'Workspace' || kind === 'WorkspaceTemplate';
}
