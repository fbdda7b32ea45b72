import { assertBackend } from '../../../search/assert-backend.js';
import { digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { untyped } from '../../../registry/typed-json.js';
import { present, type Happened } from '../../../search/present.js';
import { fits, readSearch } from '../../../search/read-search.js';
import { readableNamespaces } from '../../../search/readable-namespaces.js';

interface Told extends Happened {
  readonly event: KubeObject;
}

/** `GET /events`: Events of the world, in namespaces where the caller may list them. */
export function searchEvents(context: RequestContext): Reply {
  assertBackend(context, 'events');
  const { query, cluster, world } = context;
  const search = readSearch(query, world.clock.now());
  const { everywhere, workspaceOf } = readableNamespaces(context, {
    verb: 'list',
    apiGroup: '',
    resource: 'events',
  });
  const found = cluster.store
    .list({ group: '', plural: 'events' })
    .map(({ object }): Told => ({ at: momentOf(object), event: object }))
    .filter(({ event }) => {
      const namespace = digString(event, 'involvedObject', 'namespace');
      const workspace = workspaceOf.get(namespace);
      if (workspace === undefined && !(everywhere && namespace === '')) return false;
      return fits(query, workspace ?? '', { exact: 'workspace_filter', fuzzy: 'workspace_search' });
    })
    .filter(({ event }) => isAskedFor(event, query));
  return present(found, search, {
    record: ({ event }) => untyped(event),
    statistics: (events) => ({
      resources: new Set(events.map(({ event }) => digString(event, 'involvedObject', 'uid'))).size,
      events: events.length,
    }),
    bars: 'buckets',
  });
}

/** When an event happened last; newer ones tell only one moment. */
function momentOf(event: KubeObject): number {
  for (const key of ['lastTimestamp', 'eventTime', 'firstTimestamp']) {
    const at = Date.parse(digString(event, key));
    if (!Number.isNaN(at)) return at;
  }
  return Date.parse(event.metadata.creationTimestamp ?? '') || 0;
}

function isAskedFor(event: KubeObject, query: URLSearchParams): boolean {
  const involved = (key: string): string => digString(event, 'involvedObject', key);
  return (
    fits(query, involved('namespace'), {
      exact: 'involved_object_namespace_filter',
      fuzzy: 'involved_object_namespace_search',
    }) &&
    fits(query, involved('name'), {
      exact: 'involved_object_name_filter',
      fuzzy: 'involved_object_name_search',
    }) &&
    fits(query, involved('kind'), { exact: 'involved_object_kind_filter' }) &&
    fits(query, digString(event, 'reason'), { exact: 'reason_filter', fuzzy: 'reason_search' }) &&
    fits(query, digString(event, 'message'), { fuzzy: 'message_search' }) &&
    fits(query, digString(event, 'type'), { exact: 'type_filter' })
  );
}
