import {
  appStoreGroup,
  categoryIdLabel,
  repoIdLabel,
  storeRepo,
  uncategorizedId,
} from '../../core/app-store-keys.js';
import { dig, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';

const finalizer = 'helmcategories.application.kubesphere.io';

/**
 * Counts the active apps that categories have in the store, keeps those that have any, and has one for all others.
 *
 * @see kubesphere/kubesphere pkg/controller/openpitrix/helmcategory/helm_category_controller.go
 */
export const helmCategoryController: Controller = {
  name: 'helmcategory',
  until: 'v3.4',
  hostOnly: true,
  watches: ['helmcategories.application.kubesphere.io', 'helmapplications.application.kubesphere.io'],
  reconcile: (context, change) => {
    if (change.resource.plural === 'helmcategories') {
      lookAt(context, change.stored.object.metadata.name);
      return;
    }
    const app = currentOf(context, change);
    if (
      app !== undefined &&
      !isDeleting(app) &&
      isInStore(app) &&
      (label(app, categoryIdLabel) ?? '') === ''
    ) {
      const labels = { ...app.metadata.labels, [categoryIdLabel]: uncategorizedId };
      const resource = context.catalog.get(appStoreGroup, 'helmapplications');
      writeBack(context, resource, { ...app, metadata: { ...app.metadata, labels } });
    }
    const concerned = [change.stored.object, change.previous?.object].filter(
      (one) => one !== undefined && isInStore(one),
    );
    for (const id of new Set(concerned.map((one) => one && label(one, categoryIdLabel))))
      lookAt(context, id ?? uncategorizedId);
  },
};

function isInStore(app: KubeObject): boolean {
  return label(app, repoIdLabel) === storeRepo;
}

function lookAt(context: WriteContext, name: string): void {
  const resource = context.catalog.get(appStoreGroup, 'helmcategories');
  const category = context.cluster.store.find(resource, undefined, name)?.object;
  if (category === undefined) {
    if (name !== uncategorizedId) return;
    const text = 'uncategorized';
    createObject(context, resource, { metadata: { name }, spec: { name: text, description: text } });
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
  writeBack(context, resource, { ...withFinalizer(category, finalizer), status: { total: counted } });
}

function countApps({ catalog, cluster }: WriteContext, id: string): number {
  return cluster.store
    .list(catalog.get(appStoreGroup, 'helmapplications'))
    .filter(
      ({ object }) =>
        isInStore(object) &&
        label(object, categoryIdLabel) === id &&
        digString(object, 'status', 'state') === 'active',
    ).length;
}
