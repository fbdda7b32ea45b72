import { ApiError, notFound } from '../../core/api-error.js';
import { appStoreGroup } from '../../core/app-store-keys.js';
import { digString } from '../../core/json.js';
import { sameJson } from '../../core/same-json.js';
import type { ResourceHooks } from '../../registry/contract.js';

const versions = { group: appStoreGroup, plural: 'applicationversions' };
const denied = 'admission webhook "applicationrelease.extensions.kubesphere.io" denied the request: ';

/**
 * The admission webhook of releases: only an active version can be installed.
 *
 * @see kubesphere/kubesphere pkg/controller/application/apprelease_webhook.go
 */
export const releaseHooks: ResourceHooks = {
  validate: (release, previous, { cluster }) => {
    if (previous !== undefined && sameJson(release['spec'], previous['spec'])) return;
    const id = digString(release, 'spec', 'appVersionID');
    const version = cluster.store.find(versions, undefined, id)?.object;
    if (version === undefined) {
      const missing = notFound({ group: appStoreGroup, plural: 'ApplicationVersion' }, id);
      throw new ApiError(404, 'NotFound', denied + missing.message);
    }
    const state = digString(version, 'status', 'state');
    // The state of the release, not of the version, is what the real webhook compares the second time.
    if (state === 'active' || digString(release, 'status', 'state') === 'passed') return;
    const why = `invalid application version: ${id}, state: ${state}, for release: ${release.metadata.name}`;
    throw new ApiError(403, 'Forbidden', denied + why);
  },
};
