import type { JsonObject } from '../core/json.js';
import { readRules } from '../rbac/match-rule.js';
import { clusterRulesOf, readsLogs, rolesOfUser } from '../rbac/simple-rules-2.1.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { json } from '../registry/reply.js';
import { findLines, logWords, type Line, type Narrowing } from './logs.js';
import { inOrder, parted } from './present.js';
import { readSearch } from './read-search.js';

/**
 * `GET /cluster`, `/workspaces/{workspace}`, `/namespaces/{namespace}…` of 2.1: what containers wrote, narrowed to what the
 * path names. Whoever may ask for a path sees all of it.
 *
 * @see kubesphere/kubesphere pkg/apiserver/logging/logging.go
 */
export function searchPlace(context: RequestContext): Reply {
  return search21(context, { ...context.params, unchecked: true });
}

/**
 * `GET /logs` below `tenant.kubesphere.io` of 2.1: who may read logs in the cluster sees all, anybody else those of
 * namespaces where a role says so. Without any the answer tells the status alone.
 *
 * @see kubesphere/kubesphere pkg/apiserver/tenant/tenant.go LogQuery
 */
export function searchOwnLogs(context: RequestContext): Reply {
  const { cluster, user, query } = context;
  if (readsLogs(clusterRulesOf(cluster.store, user.name))) return search21(context, { unchecked: true });
  const own = new Set(
    rolesOfUser(cluster.store, undefined, user.name)
      .filter((role) => readsLogs(readRules(role)))
      .map(({ metadata }) => metadata.namespace ?? ''),
  );
  const asked = query.get('namespaces') ?? '';
  const seen = asked === '' ? [...own] : [...new Set(asked.split(','))].filter((name) => own.has(name));
  if (seen.length === 0) return json({ status: 200 });
  const narrowed = new URLSearchParams(query);
  narrowed.set('namespaces', seen.join(','));
  return search21({ ...context, query: narrowed }, { unchecked: true });
}

function search21(context: RequestContext, narrowing: Narrowing): Reply {
  const search = readSearch(context.query, context.world.clock.now());
  const found = findLines(context, search, narrowing).filter(
    ({ at }) => at >= search.start && at <= search.end,
  );
  if (search.operation === 'statistics' || search.operation === 'histogram')
    return json({ status: 200, ...parted(found, search, logWords) });
  const records = inOrder(found, search).slice(search.from, search.from + search.size);
  const query = {
    total: found.length,
    from: search.from,
    size: search.size,
    records: records.map(recordOf(context)),
  };
  return json({ status: 200, query });
}

/** Times are milliseconds since 1970 here, and nodes are told. */
function recordOf({ cluster }: RequestContext): (line: Line) => JsonObject {
  return ({ at, text, namespace, pod, container }) => {
    const found = cluster.store.find({ group: '', plural: 'pods' }, namespace, pod)?.object;
    const spec = found?.['spec'] as { readonly nodeName?: string } | undefined;
    return {
      time: at,
      log: `${text}\n`,
      namespace,
      pod,
      container,
      host: spec?.nodeName ?? '',
      highlight: {},
    };
  };
}
