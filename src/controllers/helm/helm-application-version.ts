import { appIdLabel, appStoreGroup, repoIdLabel, storeRepo } from '../../core/app-store-keys.js';
import { digString } from '../../core/json.js';
import { annotation, label } from '../../core/kube-object.js';
import { creatorAnnotation } from '../../core/well-known-keys.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { updateAppStatus } from './app-status.js';

const finalizer = 'helmappversion.application.kubesphere.io';

/**
 * Makes a new version a draft, puts an active one into the store, and has its app follow.
 *
 * @see kubesphere/kubesphere pkg/controller/openpitrix/helmapplication/helm_application_version_controller.go
 */
export const helmApplicationVersionController: Controller = {
  name: 'helmapplicationversion',
  until: 'v3.4',
  hostOnly: true,
  watches: ['helmapplicationversions.application.kubesphere.io'],
  reconcile: (context, change) => {
    const resource = context.catalog.get(appStoreGroup, 'helmapplicationversions');
    const version = currentOf(context, change);
    const appId = label(change.stored.object, appIdLabel) ?? '';
    if (version === undefined || isDeleting(version)) {
      if (version !== undefined && hasFinalizer(version, finalizer))
        writeBack(context, resource, withoutFinalizer(version, finalizer));
      updateAppStatus(context, appId);
      return;
    }
    const state = digString(version, 'status', 'state');
    if (state === '') {
      const time = version.metadata.creationTimestamp ?? context.world.clock.timestamp();
      const operator = annotation(version, creatorAnnotation) ?? '';
      const audit = [{ state: 'draft', time, ...(operator !== '' && { operator }) }];
      writeBack(context, resource, { ...version, status: { state: 'draft', audit } });
      return;
    }
    const isInStore = state === 'active' && (label(version, repoIdLabel) ?? '') === '';
    if (!hasFinalizer(version, finalizer) || isInStore) {
      const marked = withFinalizer(version, finalizer);
      const labels = { ...marked.metadata.labels, ...(isInStore && { [repoIdLabel]: storeRepo }) };
      writeBack(context, resource, { ...marked, metadata: { ...marked.metadata, labels } });
      return;
    }
    updateAppStatus(context, appId);
  },
};
