import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { deniedBy } from '../denied-by.js';

const proxies = { group: 'extensions.kubesphere.io', plural: 'reverseproxies' };

/**
 * The admission webhook of ReverseProxies: one that another is in front of would never be asked.
 *
 * @see kubesphere/kubesphere pkg/controller/extension/reverseproxy_webhook.go
 */
export const reverseProxyHooks: ResourceHooks = {
  validate: (proxy, _, { cluster }) => {
    const { method, path } = matcherOf(proxy);
    for (const { object } of cluster.store.list(proxies)) {
      if (object.metadata.name === proxy.metadata.name) continue;
      const other = matcherOf(object);
      if (other.method !== method && other.method !== '*') continue;
      const isInFront = other.path.endsWith('*') && path.startsWith(other.path.replace(/\*+$/, ''));
      if (other.path === path || isInFront) {
        const why = `ReverseProxy {${path} ${method}} is already exists`;
        throw deniedBy('reverseproxies.extensions.kubesphere.io', why);
      }
    }
  },
};

function matcherOf(proxy: KubeObject): { readonly method: string; readonly path: string } {
  return {
    method: digString(proxy, 'spec', 'matcher', 'method'),
    path: digString(proxy, 'spec', 'matcher', 'path'),
  };
}
