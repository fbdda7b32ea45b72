import {
  appStoreGroup,
  categoryIdLabel,
  danglingAnnotation,
  originWorkspaceLabel,
  repoIdLabel,
  storeRepo,
  storeSuffix,
  uncategorizedId,
} from '../../core/app-store-keys.js';
import { digObject, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
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
import { updateAppStatus, versionsOfApp } from './app-status.js';
import { fateOfWorkspace, workspaceKind } from './ended-workspace.js';

const finalizer = 'helmapplication.application.kubesphere.io';
/** States of what has been in the store. */
const published = ['active', 'suspended'];

/**
 * Puts a copy of an app into the store once a version of it is active, takes it out with the app, and cleans up behind a
 * deleted workspace: what was in the store stays there.
 *
 * @see kubesphere/kubesphere pkg/controller/openpitrix/helmapplication/helm_application_controller.go
 */
export const helmApplicationController: Controller = {
  name: 'helmapplication',
  until: 'v3.4',
  hostOnly: true,
  watches: ['helmapplications.application.kubesphere.io', workspaceKind],
  reconcile: (context, change) => {
    const resource = context.catalog.get(appStoreGroup, 'helmapplications');
    const fate = fateOfWorkspace(context, change);
    if (fate !== undefined) {
      if (fate === 'goes') leaveWorkspace(context, resource, change.stored.object.metadata.name);
      return;
    }
    const app = currentOf(context, change);
    if (app === undefined) return;
    const { name } = app.metadata;
    const isCopy = name.endsWith(storeSuffix);
    if (isDeleting(app)) {
      if (!isCopy && context.cluster.store.find(resource, undefined, name + storeSuffix) !== undefined)
        deleteObject(context, resource, { name: name + storeSuffix });
      if (hasFinalizer(app, finalizer)) writeBack(context, resource, withoutFinalizer(app, finalizer));
      return;
    }
    if (!hasFinalizer(app, finalizer)) {
      writeBack(context, resource, withFinalizer(app, finalizer));
      return;
    }
    if (!isCopy && published.includes(digString(app, 'status', 'state')))
      copyIntoStore(context, resource, app);
    updateAppStatus(context, isCopy ? name.slice(0, -storeSuffix.length) : name);
  },
};

function copyIntoStore(context: WriteContext, resource: Resource, app: KubeObject): void {
  const name = app.metadata.name + storeSuffix;
  if (context.cluster.store.find(resource, undefined, name) !== undefined) return;
  const { [workspaceLabel]: workspace = '', ...labels } = app.metadata.labels ?? {};
  createObject(context, resource, {
    metadata: {
      name,
      annotations: app.metadata.annotations ?? {},
      labels: {
        ...labels,
        [repoIdLabel]: storeRepo,
        [categoryIdLabel]: label(app, categoryIdLabel) ?? uncategorizedId,
        [originWorkspaceLabel]: workspace,
      },
    },
    spec: digObject(app, 'spec'),
  });
}

function leaveWorkspace(context: WriteContext, resource: Resource, workspace: string): void {
  const versions = context.catalog.get(appStoreGroup, 'helmapplicationversions');
  for (const { object } of context.cluster.store.list(resource)) {
    if (label(object, workspaceLabel) !== workspace || isDeleting(object)) continue;
    const isPublished = published.includes(digString(object, 'status', 'state'));
    for (const version of versionsOfApp(context, object.metadata.name)) {
      if (!isPublished || !published.includes(digString(version, 'status', 'state')))
        deleteObject(context, versions, { name: version.metadata.name });
    }
    if (!isPublished) {
      deleteObject(context, resource, { name: object.metadata.name });
      continue;
    }
    const copy = context.cluster.store.find(resource, undefined, object.metadata.name + storeSuffix)?.object;
    if (copy !== undefined) writeBack(context, resource, cleaned(copy));
    // Nobody who makes a workspace of the same name is to find it there.
    const labels = { ...object.metadata.labels, [workspaceLabel]: '' };
    writeBack(context, resource, cleaned({ ...object, metadata: { ...object.metadata, labels } }));
  }
}

function cleaned(app: KubeObject): KubeObject {
  const annotations = { ...app.metadata.annotations, [danglingAnnotation]: 'done' };
  return { ...app, metadata: { ...app.metadata, annotations } };
}
