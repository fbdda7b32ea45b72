import { dig } from '../../core/json.js';
import { readAmounts, writeAmounts } from '../../registry/quota/quantities.js';
import { namespaceUsage } from '../../registry/quota/usage.js';
import type { QueuedController } from '../controller.js';
import { isDeleting } from '../controller.js';
import { ownKey } from './pods.js';
import { writeStatus } from './write-status.js';

const quotas = { group: '', plural: 'resourcequotas' };

/**
 * Says in the status of a ResourceQuota what its namespace takes.
 *
 * @see kubernetes/kubernetes pkg/controller/resourcequota
 */
export const resourceQuotaController: QueuedController = {
  name: 'resourcequota',
  watches: ['*'],
  keysOf: ({ cluster }, change) => {
    const { plural, group } = change.resource;
    if (plural === quotas.plural && group === '') return [ownKey(change)];
    const { namespace } = change.stored.object.metadata;
    if (namespace === undefined || plural === 'events') return [];
    const found = cluster.store.list(quotas, namespace);
    if (found.length === 0) return [];
    return found.map(({ object }) => ({ namespace, name: object.metadata.name }));
  },
  settle: (context, { namespace, name }) => {
    const { store } = context.cluster;
    const quota = store.find(quotas, namespace, name)?.object;
    if (quota === undefined || isDeleting(quota)) return;
    const hard = readAmounts(dig(quota, 'spec', 'hard'));
    const status = {
      hard: writeAmounts(hard),
      used: writeAmounts(namespaceUsage(store, quota, hard)),
    };
    writeStatus(context, context.catalog.get('', 'resourcequotas'), quota, status);
  },
};
