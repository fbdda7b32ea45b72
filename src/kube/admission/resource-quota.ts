import { ApiError, qualified, quote } from '../../core/api-error.js';
import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { addQuantities, zeroQuantity, type Quantity } from '../../core/quantity.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { readAmounts, showAmounts, type Amounts } from '../../registry/quota/quantities.js';
import { isInScope, namespaceUsage, usageOf } from '../../registry/quota/usage.js';

const quotas = { group: '', plural: 'resourcequotas' };
/** Name of the switch, as in the option `controllers`. */
const name = 'resourcequota';

/** What a container must say when a quota limits it. */
const demanded = /^(limits\.)?(cpu|memory)$|^requests\.(cpu|memory)$/;

/**
 * Refuses what would take more than a ResourceQuota of its namespace leaves.
 *
 * @see kubernetes/apiserver pkg/admission/plugin/resourcequota/controller.go CheckRequest
 */
export function quotaHooks(group: string, plural: string): ResourceHooks {
  const resource = { group, plural };
  return {
    validate: (object, previous, { world, cluster }) => {
      const { namespace = '' } = object.metadata;
      const { store } = cluster;
      if (namespace === '' || world.switchedOff.has(name)) return;
      for (const { object: quota } of store.list(quotas, namespace))
        assertWithinQuota({ object, previous, resource }, quota, (hard) =>
          namespaceUsage(store, quota, hard),
        );
    },
  };
}

/** A write that a quota may refuse. */
export interface CountedWrite {
  readonly object: KubeObject;
  /** Absent for a creation. */
  readonly previous: KubeObject | undefined;
  readonly resource: { readonly group: string; readonly plural: string };
}

/**
 * Refuses a write that takes more than a quota leaves, or does not say what the quota has to know.
 *
 * @param used What is taken so far of what is limited.
 * @throws ApiError Forbidden
 */
export function assertWithinQuota(
  { object, previous, resource }: CountedWrite,
  quota: KubeObject,
  used: (hard: Amounts) => Amounts,
): void {
  if (!isInScope(quota, object, resource)) return;
  const hard = readAmounts(dig(quota, 'spec', 'hard'));
  const before = previous === undefined ? new Map<string, Quantity>() : usageOf(previous, resource);
  const wanted = grown(usageOf(object, resource), before, hard);
  const isPod = resource.plural === 'pods' && resource.group === '';
  if (previous === undefined && isPod) demand(object, quota, hard);
  if (wanted.size > 0) check(object, resource, quota, { hard, wanted, used: used(hard) });
}

/** What an object takes more than before, of what is limited. */
function grown(now: Amounts, before: Amounts, hard: Amounts): Map<string, Quantity> {
  const more = new Map<string, Quantity>();
  for (const [key, quantity] of now) {
    if (!hard.has(key)) continue;
    const milli = quantity.milli - (before.get(key)?.milli ?? 0n);
    if (milli > 0n) more.set(key, { milli, format: quantity.format });
  }
  return more;
}

interface Balance {
  readonly hard: Amounts;
  readonly wanted: Amounts;
  readonly used: Amounts;
}

function check(
  object: KubeObject,
  resource: { readonly group: string; readonly plural: string },
  quota: KubeObject,
  { hard, wanted, used }: Balance,
): void {
  const exceeded = [...wanted.keys()].filter((key) => {
    const sum = addQuantities(used.get(key) ?? zeroQuantity, wanted.get(key) ?? zeroQuantity);
    return sum.milli > (hard.get(key)?.milli ?? 0n);
  });
  if (exceeded.length === 0) return;
  const only = (amounts: Amounts): string =>
    showAmounts(new Map([...amounts].filter(([key]) => exceeded.includes(key))));
  const why = `exceeded quota: ${quota.metadata.name}, requested: ${only(wanted)}, used: ${only(used)}, limited: ${only(hard)}`;
  throw forbidden(object, resource, why);
}

/** Every container must say what a quota needs to know. */
function demand(pod: KubeObject, quota: KubeObject, hard: Amounts): void {
  const missing = [...hard.keys()]
    .filter((key) => demanded.test(key))
    .sort()
    .flatMap((key) => {
      const [part, resource] = key.includes('.') ? key.split('.', 2) : ['requests', key];
      const containers = [...digArray(pod, 'spec', 'initContainers'), ...digArray(pod, 'spec', 'containers')];
      const silent = containers
        .filter((one) => dig(one, 'resources', part ?? '', resource ?? '') === undefined)
        .map((one) => digString(one, 'name'));
      return silent.length === 0 ? [] : [`${key} for: ${silent.join(',')}`];
    });
  if (missing.length === 0) return;
  const why = `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`;
  throw forbidden(pod, { group: '', plural: 'pods' }, why);
}

function forbidden(
  { metadata }: KubeObject,
  resource: { readonly group: string; readonly plural: string },
  why: string,
): ApiError {
  return new ApiError(
    403,
    'Forbidden',
    `${qualified(resource)} ${quote(metadata.name)} is forbidden: ${why}`,
    {
      details: {
        name: metadata.name,
        ...(resource.group !== '' && { group: resource.group }),
        kind: resource.plural,
      },
    },
  );
}
