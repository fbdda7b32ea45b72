import {
  appCategoryLabel,
  appStoreGroup,
  repoNameLabel,
  uncategorized,
  uploadRepo,
} from '../../core/app-store-keys.js';
import { dig } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import {
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';

const finalizer = 'categories.application.kubesphere.io';

/**
 * Counts the uploaded apps of categories, keeps those that have any, and brings the one for all others back.
 *
 * @see kubesphere/kubesphere pkg/controller/application/appcategory_controller.go
 */
export const applicationCategoryController: Controller = {
  name: 'app-category',
  since: 'v4.1',
  hostOnly: true,
  watches: ['categories.application.kubesphere.io', 'applications.application.kubesphere.io'],
  reconcile: (context, { resource, stored, previous }) => {
    if (resource.plural === 'categories') {
      lookAt(context, stored.object.metadata.name);
      return;
    }
    const concerned = [stored.object, previous?.object].map((app) => app && label(app, appCategoryLabel));
    for (const name of new Set(concerned)) if (name !== undefined && name !== '') lookAt(context, name);
  },
};

function lookAt(context: WriteContext, name: string): void {
  const resource = context.catalog.get(appStoreGroup, 'categories');
  const category = context.cluster.store.find(resource, undefined, name)?.object;
  if (category === undefined) {
    if (name === uncategorized) createObject(context, resource, { metadata: { name } });
    return;
  }
  const total = dig(category, 'status', 'total') ?? 0;
  if (isDeleting(category)) {
    if (total === 0 && hasFinalizer(category, finalizer))
      writeBack(context, resource, withoutFinalizer(category, finalizer));
    return;
  }
  const counted = countApps(context, name);
  if (hasFinalizer(category, finalizer) && total === counted) return;
  const next: KubeObject = { ...withFinalizer(category, finalizer), status: { total: counted } };
  writeBack(context, resource, next);
}

function countApps({ catalog, cluster }: WriteContext, category: string): number {
  return cluster.store
    .list(catalog.get(appStoreGroup, 'applications'))
    .filter(
      ({ object }) =>
        label(object, appCategoryLabel) === category && label(object, repoNameLabel) === uploadRepo,
    ).length;
}
