import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../core/release.js';

/** Type of a Secret that holds a kubeconfig. */
export const kubeconfigSecretType = 'config.kubesphere.io/kubeconfig';

/** Where a release keeps the kubeconfigs of users. */
export interface KubeconfigPlace {
  readonly resource: { readonly group: string; readonly plural: string };
  readonly namespace: string;
  /** Milliseconds before its end at which a certificate is replaced. */
  readonly renewal: number;
}

const day = 24 * 3600_000;
const secrets: KubeconfigPlace = {
  resource: { group: '', plural: 'secrets' },
  namespace: 'kubesphere-system',
  renewal: 30 * day,
};
const configMaps: KubeconfigPlace = {
  resource: { group: '', plural: 'configmaps' },
  namespace: 'kubesphere-controls-system',
  renewal: 3 * day,
};

/** Where a release keeps the kubeconfigs of users: Secrets since 4.1, ConfigMaps before. */
export function kubeconfigPlace(release: ReleaseName): KubeconfigPlace {
  return inRange(release, { since: 'v4.1' }) ? secrets : configMaps;
}

/** Name of the object that holds a user's kubeconfig. */
export function kubeconfigName(user: string): string {
  return `kubeconfig-${user}`;
}

/** The text of a kubeconfig in its Secret or ConfigMap; empty when there is none. */
export function kubeconfigIn(holder: KubeObject): string {
  const config = digString(holder, 'data', 'config');
  return holder.kind === 'Secret' ? Buffer.from(config, 'base64').toString('utf8') : config;
}

/** The Secret or ConfigMap with another kubeconfig in it. */
export function withKubeconfig(holder: KubeObject, text: string): KubeObject {
  const config = holder.kind === 'Secret' ? Buffer.from(text).toString('base64') : text;
  return { ...holder, data: { config } };
}
