import { ApiError } from '../../core/api-error.js';
import { assertWithinQuota } from '../../kube/admission/resource-quota.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { asNativeQuota, countsNamespace, workspaceUsage } from '../../registry/quota/workspace-usage.js';
import { deniedBy } from '../denied-by.js';

const quotas = { group: 'quota.kubesphere.io', plural: 'resourcequotas' };
const namespaces = { group: '', plural: 'namespaces' };

/**
 * The admission webhook that refuses what would take more than a workspace's quota leaves, whichever of its projects it
 * is made in.
 *
 * @param plural Kind of the core group that is written.
 * @see kubesphere/kubesphere pkg/controller/quota/resourcequota_webhook.go
 */
export function workspaceQuotaHooks(plural: string): ResourceHooks {
  return {
    validate: (object, previous, { cluster }) => {
      const { namespace: place } = object.metadata;
      if (previous !== undefined || place === undefined) return;
      const found = cluster.store.list(quotas);
      const namespace =
        found.length === 0 ? undefined : cluster.store.find(namespaces, undefined, place)?.object;
      if (namespace === undefined) return;
      for (const { object: quota } of found) {
        if (!countsNamespace(quota, namespace)) continue;
        const write = { object, previous, resource: { group: '', plural } };
        try {
          assertWithinQuota(
            write,
            asNativeQuota(quota, place),
            () => workspaceUsage(cluster.store, quota).total,
          );
        } catch (error) {
          throw error instanceof ApiError
            ? deniedBy('resourcesquotas.quota.kubesphere.io', error.message)
            : error;
        }
      }
    },
  };
}
