import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import { complete, type Defaults } from './complete.js';
import { clusterAddresses, freeAddress, freeNodePort } from './service-addresses.js';

type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';

const always: Defaults = {
  set: {
    sessionAffinity: 'None',
    type: 'ClusterIP',
    sessionAffinityConfig: (spec) =>
      spec['sessionAffinity'] === 'ClientIP' ? { clientIP: { timeoutSeconds: 10_800 } } : undefined,
  },
  within: { ports: { set: { protocol: 'TCP', targetPort: (port) => port['port'] } } },
};

const internal: Defaults = { set: { internalTrafficPolicy: 'Cluster' } };
const external: Defaults = { set: { externalTrafficPolicy: 'Cluster' } };
const balanced: Defaults = { set: { allocateLoadBalancerNodePorts: true } };

/**
 * Completes a Service and gives it an address and node ports; a replacement that does not name them keeps them.
 *
 * @see kubernetes/kubernetes pkg/registry/core/service/storage/alloc.go
 */
export const prepareService: NonNullable<ResourceHooks['prepare']> = (object, previous, { cluster }) => {
  let spec = complete(digObject(object, 'spec'), always);
  const type = digString(spec, 'type') as ServiceType;
  if (previous !== undefined) spec = withKeptValues(spec, digObject(previous, 'spec'), type);
  const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  if (type === 'ExternalName') {
    spec = without(spec, ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']);
  } else {
    spec = complete(withAddress(spec, cluster.store, key), internal);
  }
  const outside = type === 'NodePort' || type === 'LoadBalancer';
  if (outside) spec = complete(spec, external);
  else spec = without(spec, ['externalTrafficPolicy', 'healthCheckNodePort']);
  if (digString(spec, 'sessionAffinity') !== 'ClientIP') spec = without(spec, ['sessionAffinityConfig']);
  if (type === 'LoadBalancer') spec = withHealthPort(complete(spec, balanced), previous, cluster.store, key);
  else spec = without(spec, ['allocateLoadBalancerNodePorts', 'loadBalancerClass']);
  const wantsPorts = type === 'NodePort' || spec['allocateLoadBalancerNodePorts'] === true;
  spec = withNodePorts(spec, cluster.store, key, wantsPorts, outside || previous === undefined);
  return { ...object, spec, status: object['status'] ?? { loadBalancer: {} } };
};

/** A balancer that sends to nodes with pods only asks each node whether it has one. */
function withHealthPort(
  spec: JsonObject,
  previous: KubeObject | undefined,
  store: ObjectStore,
  key: string,
): JsonObject {
  if (digString(spec, 'externalTrafficPolicy') !== 'Local') return without(spec, ['healthCheckNodePort']);
  const given = spec['healthCheckNodePort'] ?? digObject(previous, 'spec')['healthCheckNodePort'];
  const port =
    typeof given === 'number' && given > 0 ? given : freeNodePort(store, `${key}/health`, new Set());
  return { ...spec, healthCheckNodePort: port };
}

function without(spec: JsonObject, keys: readonly string[]): JsonObject {
  if (!keys.some((key) => Object.hasOwn(spec, key))) return spec;
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !keys.includes(key)));
}

/** What was allocated stays when a replacement does not mention it. */
function withKeptValues(spec: JsonObject, before: JsonObject, type: ServiceType): JsonObject {
  if (type === 'ExternalName' || digString(before, 'type') === 'ExternalName') return spec;
  const addresses = clusterAddresses(spec).length > 0 ? {} : pick(before, ['clusterIP', 'clusterIPs']);
  const families = spec['ipFamilies'] === undefined ? pick(before, ['ipFamilies', 'ipFamilyPolicy']) : {};
  const ports = digArray(spec, 'ports').map((port) => {
    if (!isJsonObject(port) || typeof port['nodePort'] === 'number') return port;
    const same = digArray(before, 'ports').find((old) => samePort(old, port));
    const nodePort = digObject(same)['nodePort'];
    return nodePort === undefined || type === 'ClusterIP' ? port : { ...port, nodePort };
  });
  return { ...families, ...spec, ...addresses, ...(ports.length > 0 && { ports }) };
}

function samePort(a: Json, b: Json): boolean {
  const [left, right] = [digObject(a), digObject(b)];
  return left['port'] === right['port'] && left['protocol'] === right['protocol'];
}

function pick(from: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

function withAddress(spec: JsonObject, store: ObjectStore, key: string): JsonObject {
  const given = clusterAddresses(spec);
  const [address = freeAddress(store, key)] = given;
  const selects = Object.keys(digObject(spec, 'selector')).length > 0;
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  const policy = address === 'None' && !selects ? 'RequireDualStack' : 'SingleStack';
  const families = policy === 'RequireDualStack' ? ['IPv4', 'IPv6'] : [family];
  return {
    ...spec,
    clusterIP: address,
    clusterIPs: given.length > 1 ? given : [address],
    ipFamilies: spec['ipFamilies'] ?? families,
    ipFamilyPolicy: spec['ipFamilyPolicy'] ?? policy,
  };
}

function withNodePorts(
  spec: JsonObject,
  store: ObjectStore,
  key: string,
  wanted: boolean,
  mayKeep: boolean,
): JsonObject {
  const ports = digArray(spec, 'ports');
  const used = new Set<number>();
  for (const port of ports) {
    const given = digObject(port)['nodePort'];
    if (typeof given === 'number' && given > 0) used.add(given);
  }
  const next = ports.map((port) => {
    if (!isJsonObject(port)) return port;
    const { nodePort, ...rest } = port;
    if (typeof nodePort === 'number' && nodePort > 0) return mayKeep ? port : rest;
    if (!wanted) return nodePort === undefined ? port : rest;
    const free = freeNodePort(store, `${key}/${JSON.stringify([port['port'], port['protocol']])}`, used);
    used.add(free);
    return { ...rest, nodePort: free };
  });
  return ports.length === 0 ? spec : { ...spec, ports: next };
}
