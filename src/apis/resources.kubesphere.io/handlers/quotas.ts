import type { GroupResource } from '../../../core/api-error.js';
import { digObject, type JsonObject } from '../../../core/json.js';
import { formatQuantity, parseQuantity, type Quantity } from '../../../core/quantity.js';
import { inRange, type ReleaseName } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';

const resourceQuotas = { group: '', plural: 'resourcequotas' };

type Row = readonly [key: string, group: string, plural: string];
const counted: readonly Row[] = [
  ['count/cronjobs.batch', 'batch', 'cronjobs'],
  ['count/daemonsets.apps', 'apps', 'daemonsets'],
  ['count/deployments.apps', 'apps', 'deployments'],
  ['count/ingresses.extensions', 'networking.k8s.io', 'ingresses'],
  ['count/jobs.batch', 'batch', 'jobs'],
  ['count/pods', '', 'pods'],
  ['count/services', '', 'services'],
  ['count/statefulsets.apps', 'apps', 'statefulsets'],
  ['persistentvolumeclaims', '', 'persistentvolumeclaims'],
];
const builders: Row = ['count/s2ibuilders.devops.kubesphere.io', 'devops.kubesphere.io', 's2ibuilders'];

/** `GET /quotas`: what the cluster holds. The real server prints the namespace it has none of as two quotes. */
export function clusterQuotas(context: RequestContext): Reply {
  return json({ namespace: '""', data: { used: used(context, '', new Map()) } });
}

/** `GET /namespaces/{namespace}/quotas`: what a namespace holds and, where it is limited, may hold. */
export function namespaceQuotas(context: RequestContext): Reply {
  const { namespace = '' } = context.params;
  const hard = new Map<string, Quantity>();
  const spent = new Map<string, Quantity>();
  for (const { object } of context.cluster.store.list(resourceQuotas, namespace)) {
    takeSmallest(hard, digObject(object, 'status', 'hard'));
    takeSmallest(spent, digObject(object, 'status', 'used'));
  }
  const left = [...hard].flatMap(([key, limit]): [string, Quantity][] => {
    const given = spent.get(key);
    if (given === undefined) return [];
    const rest = limit.milli - given.milli;
    return [[key, { milli: rest < 0n ? 0n : rest, format: limit.format }]];
  });
  return json({
    namespace,
    data: {
      ...(hard.size > 0 && { hard: print(hard) }),
      used: used(context, namespace, spent),
      ...(left.length > 0 && { left: print(left) }),
    },
  });
}

function used(
  { cluster, release }: RequestContext,
  namespace: string,
  known: ReadonlyMap<string, Quantity>,
): JsonObject {
  const all = new Map(known);
  for (const [key, ...kind] of rowsOf(release.name)) {
    if (all.has(key)) continue;
    const resource: GroupResource = { group: kind[0], plural: kind[1] };
    const count =
      namespace === '' ? cluster.store.count(resource) : cluster.store.list(resource, namespace).length;
    all.set(key, { milli: BigInt(count) * 1000n, format: 'decimal' });
  }
  return print(all);
}

function rowsOf(release: ReleaseName): readonly Row[] {
  return inRange(release, { until: 'v3.4' }) ? [...counted, builders] : counted;
}

/** Several quotas of a namespace: the smallest value counts, of what is used too. */
function takeSmallest(totals: Map<string, Quantity>, values: JsonObject): void {
  for (const [key, text] of Object.entries(values)) {
    const quantity =
      typeof text === 'string' || typeof text === 'number' ? parseQuantity(String(text)) : undefined;
    const before = totals.get(key);
    if (quantity !== undefined && (before === undefined || quantity.milli < before.milli))
      totals.set(key, quantity);
  }
}

function print(quantities: Iterable<readonly [string, Quantity]>): JsonObject {
  const entries = [...quantities].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, quantity]) => [key, formatQuantity(quantity)]));
}
