import {
  appStoreGroup,
  categoryIdLabel,
  repoIdLabel,
  storeRepo,
  uncategorizedId,
} from '../../core/app-store-keys.js';
import { digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { currentOf, isDeleting, writeBack, type Controller } from '../controller.js';
import { countCategory, type CountedKind } from '../app-store/counted-category.js';

const kind: CountedKind = {
  plural: 'helmcategories',
  finalizer: 'helmcategories.application.kubesphere.io',
  uncategorized: uncategorizedId,
  made: { spec: { name: 'uncategorized', description: 'uncategorized' } },
  countApps,
};

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
      countCategory(context, kind, change.stored.object.metadata.name);
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
      countCategory(context, kind, id ?? uncategorizedId);
  },
};

function isInStore(app: KubeObject): boolean {
  return label(app, repoIdLabel) === storeRepo;
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
