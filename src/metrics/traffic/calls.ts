import { digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { swingOf, wave } from '../../registry/usage/wave.js';
import type { ObjectStore } from '../../state/object-store.js';
import {
  exposedServices,
  findService,
  meshWorkloads,
  workloadsBehind,
  type MeshWorkload,
} from './workloads.js';

/** Somebody asking a Service, and one workload that answers. */
export interface Call {
  /** Absent for callers from outside. */
  readonly from?: MeshWorkload;
  readonly service: KubeObject;
  readonly to: MeshWorkload;
}

/** A host name in the value of a variable: `catalog`, `catalog.shop`, `catalog.shop.svc`, with or without port. */
const host =
  /(?<![\w.-])([a-z]([-a-z0-9]*[a-z0-9])?)(?:\.([a-z0-9]([-a-z0-9]*[a-z0-9])?)(?:\.svc(?:\.[-a-z0-9.]+)?)?)?(?![\w.-])/g;
/** Characters of a value that are looked at. */
const longestValue = 2000;
const requestsPerPod = [0.4, 6] as const;

/**
 * Who asks whom in a namespace: workloads whose containers name a Service in a variable of their environment, and whoever
 * comes through ingresses, node ports and balancers.
 */
export function callsIn(store: ObjectStore, namespace: string): Call[] {
  const inner = meshWorkloads(store, namespace).flatMap((from) =>
    servicesNamedBy(store, from).flatMap((service) =>
      workloadsBehind(store, service)
        .filter(({ name }) => name !== from.name || service.metadata.namespace !== namespace)
        .map((to): Call => ({ from, service, to })),
    ),
  );
  const outer = exposedServices(store, namespace).flatMap((service) =>
    workloadsBehind(store, service).map((to): Call => ({ service, to })),
  );
  return [...outer, ...inner];
}

function servicesNamedBy(store: ObjectStore, { namespace, object }: MeshWorkload): KubeObject[] {
  const found = new Map<string, KubeObject>();
  for (const container of digArray(object, 'spec', 'template', 'spec', 'containers')) {
    for (const variable of digArray(container, 'env')) {
      const value = digString(variable, 'value').slice(0, longestValue);
      for (const [, name = '', , place] of value.matchAll(host)) {
        const service = findService(store, place ?? namespace, name);
        if (service !== undefined) found.set(`${place ?? namespace}/${name}`, service);
      }
    }
  }
  return [...found.values()];
}

/**
 * Requests per second of a call: a smooth function of seed, call and moment; none while nobody asks or answers.
 *
 * @param seconds Since 1970
 */
export function rateOf(seed: string, { from, service, to }: Call, seconds: number): number {
  const asking = from === undefined ? 1 : from.available;
  if (asking === 0 || to.available === 0) return 0;
  const [low, high] = requestsPerPod;
  const name = `${from?.namespace ?? ''}/${from?.name ?? ''}>${service.metadata.uid ?? ''}>${to.name}`;
  return asking * (low + (high - low) * wave(swingOf(seed, name), seconds));
}

/** How long a call takes, in milliseconds: the middle of the distribution. */
export function latencyOf(seed: string, { service, to }: Call, seconds: number): number {
  return 4 + 60 * wave(swingOf(seed, `${service.metadata.uid ?? ''}/${to.name}/latency`), seconds);
}
