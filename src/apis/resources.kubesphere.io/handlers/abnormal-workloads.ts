import { digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { kindListOf } from '../../../registry/kinds/index.js';
import { json } from '../../../registry/reply.js';

const unbound = new Set(['Pending', 'Lost']);
const workloads = [
  ['daemonsets', 'apps', 'updating'],
  ['deployments', 'apps', 'updating'],
  ['jobs', 'batch', 'failed'],
  ['persistentvolumeclaims', '', ''],
  ['statefulsets', 'apps', 'updating'],
] as const;

/** `GET /abnormalworkloads` and its form in a namespace: how many of each kind are not what they should be. */
export function abnormalWorkloads(context: RequestContext): Reply {
  const { namespace = '' } = context.params;
  const data = Object.fromEntries(
    workloads.map(([plural, group, status]) => {
      const isAbnormal =
        status === '' ? unboundTest(context) : statusTest(context, { group, plural }, status);
      const all = context.cluster.store.list({ group, plural }, namespace);
      return [plural, all.filter(({ object }) => isAbnormal(object)).length];
    }),
  );
  return json({ namespace, data });
}

/** 4.1 asks for `pending|lost`, which no claim ever is there: the count stays 0. */
function unboundTest({ release }: RequestContext): (claim: KubeObject) => boolean {
  if (inRange(release.name, { since: 'v4.1' })) return () => false;
  return (claim) => unbound.has(digString(claim, 'status', 'phase'));
}

function statusTest(
  { cluster, release }: RequestContext,
  kind: { readonly group: string; readonly plural: string },
  wanted: string,
): (object: KubeObject) => boolean {
  const test = kindListOf(kind).filters?.['status'];
  const surroundings = { store: cluster.store, release: release.name };
  return (object) => test?.(object, wanted, surroundings) === true;
}
