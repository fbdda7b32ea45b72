import type { KubeObject } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import type { WriteContext } from '../registry/contract.js';
import { recordEvent } from './workloads/events.js';

/**
 * Controllers of 3.x that say more than `Synced successfully`.
 *
 * @see kubesphere/kubesphere pkg/controller/user, pkg/controller/loginrecord, pkg/controller/globalrole (v3.4.1)
 */
const before41: Readonly<Record<string, string>> = {
  user: 'User',
  loginrecord: 'LoginRecord',
  globalrole: 'GlobalRole',
  globalrolebinding: 'GlobalRoleBinding',
  clusterrolebinding: 'ClusterRoleBinding',
  csr: 'CSR',
  group: 'Group',
  groupbinding: 'GroupBinding',
};

/** Tells that a controller is done with an object. @param controller Its name; before 4.1 `-controller` follows it. */
export function recordSynced(context: WriteContext, object: KubeObject, controller: string): void {
  const since41 = inRange(context.world.release.name, { since: 'v4.1' });
  const what = since41 ? undefined : before41[controller];
  recordEvent(context, object, {
    reason: 'Synced',
    message: what === undefined ? 'Synced successfully' : `${what} synced successfully`,
    component: since41 ? controller : `${controller}-controller`,
  });
}

/** Tells that a controller could not reach some clusters. @param names Of the clusters, in order. */
export function recordNotReady(
  context: WriteContext,
  object: KubeObject,
  controller: string,
  names: readonly string[],
): void {
  recordEvent(context, object, {
    type: 'Warning',
    reason: 'SyncFailed',
    message: notReadyText(names),
    component: controller,
  });
}

function notReadyText(names: readonly string[]): string {
  return `cluster not ready: ${names.join(',')}`;
}
