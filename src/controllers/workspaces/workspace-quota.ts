import { writeAmounts } from '../../registry/quota/quantities.js';
import { countsNamespace, workspaceUsage } from '../../registry/quota/workspace-usage.js';
import { isDeleting, type QueuedController } from '../controller.js';
import { recordSynced } from '../synced.js';
import { writeStatus } from '../workloads/write-status.js';

const quotas = { group: 'quota.kubesphere.io', plural: 'resourcequotas' };
const namespaces = { group: '', plural: 'namespaces' };

/**
 * Says in the status of a workspace's quota what its projects take, each and together.
 *
 * @see kubesphere/kubesphere pkg/controller/quota/resourcequota_controller.go
 */
export const workspaceQuotaController: QueuedController = {
  name: 'workspace-resourcequota',
  since: 'v3.1',
  watches: [
    'resourcequotas.quota.kubesphere.io',
    'namespaces.',
    'pods.',
    'services.',
    'persistentvolumeclaims.',
  ],
  keysOf: ({ cluster }, { resource, stored }) => {
    const { metadata } = stored.object;
    if (resource.group === quotas.group) return [{ namespace: '', name: metadata.name }];
    const known = cluster.store.list(quotas);
    if (known.length === 0) return [];
    const namespace =
      resource.plural === 'namespaces'
        ? undefined
        : cluster.store.find(namespaces, undefined, metadata.namespace ?? '')?.object;
    return known
      .filter(({ object }) => namespace === undefined || countsNamespace(object, namespace))
      .map(({ object }) => ({ namespace: '', name: object.metadata.name }));
  },
  settle: (context, { name }) => {
    const { cluster, catalog } = context;
    const quota = cluster.store.find(quotas, undefined, name)?.object;
    if (quota === undefined || isDeleting(quota)) return;
    const usage = workspaceUsage(cluster.store, quota);
    const hard = writeAmounts(usage.hard);
    const status = {
      total: { hard, used: writeAmounts(usage.total) },
      namespaces: [...usage.namespaces].map(([namespace, used]) => ({
        namespace,
        hard,
        used: writeAmounts(used),
      })),
    };
    if (JSON.stringify(status) === JSON.stringify(quota['status'])) return;
    writeStatus(context, catalog.get(quotas.group, quotas.plural), quota, status);
    recordSynced(context, quota, 'resourcequota');
  },
};
