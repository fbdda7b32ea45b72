import { ApiError } from '../../core/api-error.js';
import { overlap, parseCidr, parseIp } from '../../core/ip-range.js';
import { dig, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { rangeOf } from '../../controllers/network/ip-pool.js';
import type { ResourceHooks, WriteContext } from '../../registry/contract.js';

const types = new Set(['calico', 'local', 'vlan']);

/**
 * What the webhook of 3.1 and later says to IP pools; its words are derived.
 *
 * @see kubesphere/kubesphere staging/src/kubesphere.io/api/network/v1alpha1/ippool_webhook.go
 */
export const ipPoolHooks: ResourceHooks = {
  validate: (pool, previous, context) => {
    const problem = problemOf(pool, previous, context);
    if (problem !== undefined) throw denied(problem);
  },
  validateDelete: (pool) => {
    const used = dig(pool, 'status', 'allocations');
    if (typeof used === 'number' && used > 0)
      throw denied('ippool is in use, please remove the workload before deleting');
  },
};

function denied(why: string): ApiError {
  const text = `admission webhook "validating-network.kubesphere.io" denied the request: ${why}`;
  return new ApiError(403, 'Forbidden', text);
}

function problemOf(
  pool: KubeObject,
  previous: KubeObject | undefined,
  { cluster }: WriteContext,
): string | undefined {
  const spec = digObject(pool, 'spec');
  if (!types.has(digString(spec, 'type'))) return 'unknown ippool type';
  // Differs from KubeSphere: pools of IPv6 addresses are refused.
  const network = parseCidr(digString(spec, 'cidr'));
  if (network === undefined) return 'invalid cidr';
  const size = dig(spec, 'blockSize');
  if (typeof size === 'number' && size > 0 && size < network.prefix)
    return 'the blocksize should be larger than the cidr mask';
  for (const end of ['rangeStart', 'rangeEnd']) {
    const text = digString(spec, end);
    const address = parseIp(text);
    if (text !== '' && (address === undefined || address < network.first || address > network.last))
      return `invalid ${end}`;
  }
  if (previous !== undefined && digString(previous, 'spec', 'cidr') !== digString(spec, 'cidr'))
    return 'cidr cannot be modified';
  const range = rangeOf(spec);
  const other = cluster.store
    .list({ group: 'network.kubesphere.io', plural: 'ippools' })
    .find(({ object }) => {
      const taken =
        object.metadata.name === pool.metadata.name ? undefined : rangeOf(digObject(object, 'spec'));
      return taken !== undefined && range !== undefined && overlap(taken, range);
    });
  return other && `ippool cidr is overlapped with ${other.object.metadata.name}`;
}
