import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { parseQuantity } from '../../core/quantity.js';

/** Amounts by resource, in thousandths of its unit. */
export type Amounts = ReadonlyMap<string, number>;

/** A quantity in thousandths; 0 when there is none. */
export function amount(quantity: unknown): number {
  if (typeof quantity === 'number') return quantity * 1000;
  if (typeof quantity !== 'string') return 0;
  return Number(parseQuantity(quantity)?.milli ?? 0n);
}

function add(to: Map<string, number>, list: JsonObject): void {
  for (const [name, quantity] of Object.entries(list)) to.set(name, (to.get(name) ?? 0) + amount(quantity));
}

/**
 * What a pod asks its node for: its containers and the sidecars beside them, or the hungriest moment of its start, and
 * what running a pod costs.
 *
 * @see kubernetes/kubernetes pkg/api/v1/resource/helpers.go PodRequests
 */
export function requestsOf(pod: KubeObject): Amounts {
  const total = new Map<string, number>();
  for (const container of digArray(pod, 'spec', 'containers'))
    add(total, digObject(container, 'resources', 'requests'));
  const sidecars = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of digArray(pod, 'spec', 'initContainers')) {
    const requests = digObject(container, 'resources', 'requests');
    const isSidecar = digString(container, 'restartPolicy') === 'Always';
    if (isSidecar) {
      add(sidecars, requests);
      add(total, requests);
    }
    const moment = new Map(sidecars);
    if (!isSidecar) add(moment, requests);
    for (const [name, value] of moment) starting.set(name, Math.max(starting.get(name) ?? 0, value));
  }
  for (const [name, value] of starting) total.set(name, Math.max(total.get(name) ?? 0, value));
  add(total, digObject(pod, 'spec', 'overhead'));
  return total;
}

/** The priority of a pod. */
export function priorityOf(pod: KubeObject): number {
  const priority = dig(pod, 'spec', 'priority');
  return typeof priority === 'number' ? priority : 0;
}
