import {
  appStoreGroup,
  appVersionIdLabel,
  packageFinalizer,
  packageNamespace,
} from '../../core/app-store-keys.js';
import { label } from '../../core/kube-object.js';
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

/**
 * Takes the package of a deleted version away, unless a release still uses it.
 *
 * @see kubesphere/kubesphere pkg/controller/application/appversion_contrlller.go
 */
export const applicationVersionController: Controller = {
  name: 'appversion',
  since: 'v4.1',
  hostOnly: true,
  watches: ['applicationversions.application.kubesphere.io'],
  reconcile: (context, change) => {
    const version = currentOf(context, change);
    if (version === undefined) return;
    const { catalog, cluster } = context;
    const resource = catalog.get(appStoreGroup, 'applicationversions');
    const isMarked = hasFinalizer(version, packageFinalizer);
    if (!isDeleting(version)) {
      if (!isMarked) writeBack(context, resource, withFinalizer(version, packageFinalizer));
      return;
    }
    if (!isMarked) return;
    const { name } = version.metadata;
    const releases = cluster.store.list(catalog.get(appStoreGroup, 'applicationreleases'));
    const isUsed = releases.some(({ object }) => label(object, appVersionIdLabel) === name);
    const packages = catalog.get('', 'configmaps');
    if (!isUsed && cluster.store.find(packages, packageNamespace, name) !== undefined)
      deleteObject(context, packages, { namespace: packageNamespace, name });
    writeBack(context, resource, withoutFinalizer(version, packageFinalizer));
  },
};
