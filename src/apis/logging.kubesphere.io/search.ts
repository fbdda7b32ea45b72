import type { JsonObject } from '../../core/json.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { findLines, logWords, type Line, type Narrowing } from '../../search/logs.js';
import { inOrder, parted } from '../../search/present.js';
import { readSearch } from '../../search/read-search.js';

/**
 * `GET /cluster`, `/workspaces/{workspace}`, `/namespaces/{namespace}…` of 2.1: what containers wrote, narrowed to what the
 * path names. Whoever may ask for a path sees all of it.
 *
 * @see kubesphere/kubesphere pkg/apiserver/logging/logging.go
 */
export function searchPlace(context: RequestContext): Reply {
  const search = readSearch(context.query, context.world.clock.now());
  const narrowing: Narrowing = { ...context.params, unchecked: true };
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
