import { parseCidr, parseIp, type IpRange } from '../../core/ip-range.js';
import { dig, digObject, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { isDeleting, writeBack, type QueuedController } from '../controller.js';

const pools = { group: 'network.kubesphere.io', plural: 'ippools' };
const namePrefix = 'ippool.network.kubesphere.io';

/**
 * Keeps labels and status of IP pools: how many addresses there are and how many of them pods have, by workspace.
 *
 * @see kubesphere/kubesphere pkg/controller/network/ippool/ippool_controller.go
 */
export const ipPoolController: QueuedController = {
  name: 'ippool',
  since: 'v3.1',
  until: 'v3.4',
  watches: ['ippools.network.kubesphere.io', 'pods.'],
  keysOf: ({ cluster }, { resource, stored, previous }) => {
    if (resource.plural === pools.plural) return [{ namespace: '', name: stored.object.metadata.name }];
    const isMoved =
      previous === undefined ||
      dig(previous.object, 'status', 'podIP') !== dig(stored.object, 'status', 'podIP') ||
      cluster.store.find(resource, stored.object.metadata.namespace, stored.object.metadata.name) ===
        undefined;
    if (!isMoved) return [];
    return cluster.store.list(pools).map(({ object }) => ({ namespace: '', name: object.metadata.name }));
  },
  settle: (context, { name }) => {
    const pool = context.cluster.store.find(pools, undefined, name)?.object;
    if (pool === undefined || isDeleting(pool)) return;
    const labels = {
      ...pool.metadata.labels,
      [`${namePrefix}/name`]: name,
      [`${namePrefix}/type`]: digString(pool, 'spec', 'type'),
    };
    const status = statusOf(context, pool);
    if (sameJson(pool.metadata.labels, labels) && sameJson(pool['status'], status)) return;
    const resource = context.catalog.get(pools.group, pools.plural);
    writeBack(context, resource, { ...pool, metadata: { ...pool.metadata, labels }, status });
  },
};

/** The addresses a pool gives out: all of its network, or those between its ends. */
export function rangeOf(spec: JsonObject): IpRange | undefined {
  const network = parseCidr(digString(spec, 'cidr'));
  if (network === undefined) return undefined;
  return {
    first: parseIp(digString(spec, 'rangeStart')) ?? network.first,
    last: parseIp(digString(spec, 'rangeEnd')) ?? network.last,
  };
}

function statusOf({ cluster }: WriteContext, pool: KubeObject): JsonObject {
  const range = rangeOf(digObject(pool, 'spec'));
  const capacity = range === undefined ? 0 : Math.max(0, range.last - range.first + 1);
  const workspaces: Record<string, { allocations: number }> = {};
  let allocations = 0;
  for (const { object: pod } of range === undefined
    ? []
    : cluster.store.list({ group: '', plural: 'pods' })) {
    if (!isWithin(pod, range)) continue;
    allocations += 1;
    const namespace = cluster.store.find(
      { group: '', plural: 'namespaces' },
      undefined,
      pod.metadata.namespace ?? '',
    );
    const workspace = namespace === undefined ? undefined : label(namespace.object, workspaceLabel);
    if (workspace === undefined || workspace === '') continue;
    (workspaces[workspace] ??= { allocations: 0 }).allocations += 1;
  }
  return {
    allocations,
    capacity,
    synced: true,
    unallocated: capacity - allocations,
    ...(Object.keys(workspaces).length > 0 && { workspaces }),
  };
}

function isWithin(pod: KubeObject, range: IpRange | undefined): boolean {
  const phase = digString(pod, 'status', 'phase');
  const address = parseIp(digString(pod, 'status', 'podIP'));
  if (address === undefined || range === undefined || phase === 'Succeeded' || phase === 'Failed')
    return false;
  return address >= range.first && address <= range.last && dig(pod, 'spec', 'hostNetwork') !== true;
}
