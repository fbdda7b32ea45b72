import { digString } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import { currentOf, type Controller } from '../controller.js';
import { kubeconfigPlace, kubeconfigSecretType } from './kubeconfig-place.js';
import { kubeconfigSwitch, renewKubeconfig } from './provide-kubeconfig.js';
import { usernameLabel } from './request-certificate.js';

/**
 * Fills the Secrets made for kubeconfigs of users, and renews them when their certificates end soon.
 *
 * Differs from KubeSphere: only client certificates are given out, no tokens of ServiceAccounts.
 *
 * @see kubesphere/kubesphere pkg/controller/kubeconfig/kubeconfig_controller.go
 */
export const kubeconfigController: Controller = {
  name: kubeconfigSwitch,
  since: 'v4.1',
  watches: ['secrets.'],
  reconcile: (context, change) => {
    if (digString(change.stored.object, 'type') !== kubeconfigSecretType) return;
    const secret = currentOf(context, change);
    const user = secret && label(secret, usernameLabel);
    if (secret === undefined || user === undefined || user === '') return;
    if (secret.metadata.namespace !== kubeconfigPlace(context.world.release.name).namespace) return;
    renewKubeconfig(context, secret, user);
  },
};
