import {
  appCategoryLabel,
  appStoreGroup,
  repoNameLabel,
  uncategorized,
  uploadRepo,
} from '../../core/app-store-keys.js';
import { label } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import type { Controller } from '../controller.js';
import { countCategory, type CountedKind } from './counted-category.js';

const kind: CountedKind = {
  plural: 'categories',
  finalizer: 'categories.application.kubesphere.io',
  uncategorized,
  made: {},
  countApps,
};

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
      countCategory(context, kind, stored.object.metadata.name);
      return;
    }
    const concerned = [stored.object, previous?.object].map((app) => app && label(app, appCategoryLabel));
    for (const name of new Set(concerned))
      if (name !== undefined && name !== '') countCategory(context, kind, name);
  },
};

function countApps({ catalog, cluster }: WriteContext, category: string): number {
  return cluster.store
    .list(catalog.get(appStoreGroup, 'applications'))
    .filter(
      ({ object }) =>
        label(object, appCategoryLabel) === category && label(object, repoNameLabel) === uploadRepo,
    ).length;
}
