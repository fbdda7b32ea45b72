import { dig, digArray, type Json } from '../../core/json.js';
import { selects } from '../../core/object-selector.js';
import { sameJson } from '../../core/same-json.js';
import { writeBack, type QueuedController } from '../controller.js';

const clusterRoles = { group: 'rbac.authorization.k8s.io', plural: 'clusterroles' };

/**
 * Fills Kubernetes' own ClusterRoles that are put together from others with the rules of all those they select.
 *
 * @see kubernetes/kubernetes pkg/controller/clusterroleaggregation
 */
export const clusterRoleAggregation: QueuedController = {
  name: 'clusterrole-aggregation',
  watches: [`${clusterRoles.plural}.${clusterRoles.group}`],
  keysOf: ({ cluster }) =>
    cluster.store
      .list(clusterRoles)
      .filter(({ object }) => dig(object, 'aggregationRule') !== undefined)
      .map(({ object }) => ({ namespace: '', name: object.metadata.name })),
  settle: (context, { name }) => {
    const { store } = context.cluster;
    const role = store.find(clusterRoles, undefined, name)?.object;
    if (role === undefined || dig(role, 'aggregationRule') === undefined) return;
    const others = store.list(clusterRoles).filter(({ object }) => object.metadata.name !== name);
    const rules: Json[] = [];
    for (const selector of digArray(role, 'aggregationRule', 'clusterRoleSelectors'))
      for (const { object } of others.filter((one) => selects(selector, one.object.metadata.labels)))
        for (const rule of digArray(object, 'rules'))
          if (!rules.some((known) => sameJson(known, rule))) rules.push(rule);
    if (sameJson(rules, digArray(role, 'rules'))) return;
    writeBack(context, context.catalog.get(clusterRoles.group, clusterRoles.plural), { ...role, rules });
  },
};
