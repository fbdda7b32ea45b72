import { annotation, label } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { isDeleting, writeBack, type Controller } from '../controller.js';
import { categoryLabel, extensionGroup, extensionKinds } from './extension-keys.js';

const countAnnotation = 'kubesphere.io/count';

/**
 * Counts the extensions of each category.
 *
 * @see kubesphere/kubesphere pkg/controller/core/category_controller.go
 */
export const extensionCategoryController: Controller = {
  name: 'extension-category',
  since: 'v4.1',
  hostOnly: true,
  watches: ['categories.kubesphere.io', 'extensions.kubesphere.io'],
  reconcile: (context, { resource, stored, previous }) => {
    if (resource.plural === extensionKinds.categories.plural) {
      count(context, stored.object.metadata.name);
      return;
    }
    const named = [stored, previous].map((one) => one && label(one.object, categoryLabel));
    for (const name of new Set(named)) if (name !== undefined) count(context, name);
  },
};

function count(context: WriteContext, name: string): void {
  const { store } = context.cluster;
  const category = store.find(extensionKinds.categories, undefined, name)?.object;
  if (category === undefined || isDeleting(category)) return;
  const total = String(
    store.list(extensionKinds.extensions).filter(({ object }) => label(object, categoryLabel) === name)
      .length,
  );
  if (annotation(category, countAnnotation) === total) return;
  const annotations = { ...category.metadata.annotations, [countAnnotation]: total };
  const metadata = { ...category.metadata, annotations };
  writeBack(context, context.catalog.get(extensionGroup, extensionKinds.categories.plural), {
    ...category,
    metadata,
  });
}
