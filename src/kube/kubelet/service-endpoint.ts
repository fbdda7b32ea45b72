import { digArray, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ObjectStore } from '../../state/object-store.js';

const pods = { group: '', plural: 'pods' };
const endpoints = { group: '', plural: 'endpoints' };

/** A pod, and a port it listens on. */
export interface PodEndpoint {
  readonly pod: KubeObject;
  readonly port: number;
}

/** The port of a service by its name or number; its first one when none is named. */
export function servicePort(service: KubeObject, port: string): JsonObject | undefined {
  const ports = digArray(service, 'spec', 'ports').filter(isJsonObject);
  if (port === '') return ports[0];
  return ports.find((each) => each['name'] === port || each['port'] === Number(port));
}

/** A pod that is ready behind a port of a service; `undefined` when there is none. */
export function endpointOf(
  store: ObjectStore,
  { metadata }: KubeObject,
  port: JsonObject,
): PodEndpoint | undefined {
  const { namespace, name } = metadata;
  for (const subset of digArray(store.find(endpoints, namespace, name)?.object, 'subsets')) {
    const number = portOf(subset as JsonObject, port);
    for (const address of digArray(subset, 'addresses')) {
      const pod = store.find(pods, namespace, digString(address, 'targetRef', 'name'))?.object;
      if (number !== undefined && pod !== undefined) return { pod, port: number };
    }
  }
  return undefined;
}

function portOf(subset: JsonObject, chosen: JsonObject): number | undefined {
  const found = digArray(subset, 'ports')
    .filter(isJsonObject)
    .find((each) => (each['name'] ?? '') === (chosen['name'] ?? ''));
  return typeof found?.['port'] === 'number' ? found['port'] : undefined;
}
