import { administratorOf, bindsAdministrator } from '../controllers/access/native-rbac.js';
import { label } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import { userReferenceLabel } from '../core/well-known-keys.js';
import { flat, uidOf } from '../generate/identity.js';
import type { World } from '../state/world.js';

const globalBindings = { group: 'iam.kubesphere.io', plural: 'globalrolebindings' };
const nativeBindings = { group: 'rbac.authorization.k8s.io', plural: 'clusterrolebindings' };

/**
 * Makes whoever runs the platform of a world an administrator of each of its clusters, as the controller has done by the
 * time a real one is looked at.
 */
export function bindAdministrators(world: World): void {
  if (!inRange(world.release.name, { since: 'v4.1' })) return;
  for (const { object: binding } of world.host.store.list(globalBindings)) {
    const user = label(binding, userReferenceLabel);
    if (user === undefined || !bindsAdministrator(binding)) continue;
    const wanted = administratorOf(user);
    const { creationTimestamp } = binding.metadata;
    for (const { name, store } of world.clusters.values()) {
      if (store.find(nativeBindings, undefined, wanted.metadata.name) !== undefined) continue;
      const uid = uidOf(flat('ClusterRoleBinding/', name, '/', wanted.metadata.name));
      const metadata = { ...wanted.metadata, uid, ...(creationTimestamp && { creationTimestamp }) };
      store.load(nativeBindings, { ...wanted, metadata });
    }
  }
}
