import { appIdLabel } from '../../../core/app-store-keys.js';
import { digObject, digString } from '../../../core/json.js';
import { label } from '../../../core/kube-object.js';
import type { RequestContext } from '../../../registry/contract.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { existing, storeKind } from '../../../controllers/app-store/store-kind.js';
import { versionsOf } from '../../../controllers/app-store/write-apps.js';

/** What a version is to be, who says so and why; empty texts leave what is there. */
export interface VersionState {
  readonly state: string;
  readonly message: string;
  readonly userName: string;
}

/**
 * Puts a version into a state, whatever it was in; an app without any active version left is a draft again.
 *
 * @throws ApiError 404
 * @see kubesphere/kubesphere pkg/kapis/application/v2/handler_appversion.go DoAppVersionAction
 */
export function setVersionState(
  context: RequestContext,
  name: string,
  { state, message, userName }: VersionState,
): void {
  const version = existing(context, 'applicationversions', name);
  const status = {
    ...digObject(version, 'status'),
    state,
    ...(message !== '' && { message }),
    ...(userName !== '' && { userName }),
    updated: context.world.clock.timestamp(),
  };
  const resource = storeKind(context, 'applicationversions');
  updateObject(context, resource, { ...version, status }, { unconditional: true });
  if (state === 'suspended') withdrawApp(context, label(version, appIdLabel) ?? '');
}

function withdrawApp(context: RequestContext, name: string): void {
  const isActive = versionsOf(context, name).some(
    (version) => digString(version, 'status', 'state') === 'active',
  );
  const app = existing(context, 'applications', name);
  if (isActive || digString(app, 'status', 'state') !== 'active') return;
  const status = { ...digObject(app, 'status'), state: 'draft' };
  updateObject(context, storeKind(context, 'applications'), { ...app, status }, { unconditional: true });
}
