import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import { sameJson } from '../../core/same-json.js';
import type { ResourceHooks } from '../../registry/contract.js';
import type { ObjectStore } from '../../state/object-store.js';
import { complete, type Defaults } from './complete.js';
import { freeAddress, freeNodePort } from './service-addresses.js';

const always: Defaults = {
  pointers: ['internalTrafficPolicy'],
  set: {
    sessionAffinity: 'None',
    type: 'ClusterIP',
    internalTrafficPolicy: (spec) => (spec['type'] === 'ExternalName' ? undefined : 'Cluster'),
    externalTrafficPolicy: (spec) => (isOpen(spec) ? 'Cluster' : undefined),
    allocateLoadBalancerNodePorts: (spec) => (spec['type'] === 'LoadBalancer' ? true : undefined),
  },
  within: {
    ports: { zeroIsAbsent: true, set: { protocol: 'TCP', targetPort: (port) => port['port'] } },
  },
};

/** Whether a Service is reached from outside of the cluster. */
function isOpen(spec: JsonObject): boolean {
  const { type } = spec;
  if (type === 'ClusterIP') return digArray(spec, 'externalIPs').length > 0;
  return type === 'NodePort' || type === 'LoadBalancer';
}

/**
 * Completes a Service and gives it an address and node ports; a replacement that does not name them keeps them, and
 * what a new type has no use for goes unless it was named anew.
 *
 * @see kubernetes/kubernetes pkg/registry/core/service/strategy.go, pkg/registry/core/service/storage/alloc.go
 */
export const prepareService: NonNullable<ResourceHooks['prepare']> = (
  object,
  previous,
  { cluster, world },
) => {
  let spec = withAffinity(complete(digObject(object, 'spec'), always));
  const before = previous && digObject(previous, 'spec');
  if (before !== undefined) spec = withKeptValues(withoutDropped(spec, before), before);
  spec = withSameAddress(spec, before);
  const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  if (spec['type'] !== 'ExternalName') spec = withAddress(spec, cluster.store, key);
  const wantsPorts =
    spec['type'] === 'NodePort' || (isBalanced(spec) && spec['allocateLoadBalancerNodePorts'] === true);
  if (wantsPorts) spec = withNodePorts(spec, cluster.store, key);
  if (isChecked(spec)) spec = withCheckPort(spec, cluster.store, key);
  const status = withModes(digObject(object, 'status'), spec, world.settings.kubernetesVersion);
  return { ...object, spec, status: object['status'] === undefined ? { loadBalancer: {} } : status };
};

/** The first Kubernetes that says how what comes from a load balancer reaches a node. */
const firstMinorWithModes = 30;

/** @see kubernetes/kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Service */
function withModes(status: JsonObject, spec: JsonObject, kubernetesVersion: string): JsonObject {
  const given = digArray(status, 'loadBalancer', 'ingress');
  if (given.length === 0) return status;
  const isKnown = minorOf(kubernetesVersion) >= firstMinorWithModes;
  const ingress = given.map((one): Json => {
    if (!isJsonObject(one)) return one;
    if (!isKnown) return without(one, ['ipMode']);
    const isMissing = isBalanced(spec) && digString(one, 'ip') !== '' && (one['ipMode'] ?? null) === null;
    return isMissing ? { ...one, ipMode: 'VIP' } : one;
  });
  return { ...status, loadBalancer: { ...digObject(status, 'loadBalancer'), ingress } };
}

/** How long a client stays with its pod, when it does. */
function withAffinity(spec: JsonObject): JsonObject {
  const key = 'sessionAffinityConfig';
  if (spec['sessionAffinity'] === 'None') return without(spec, [key]);
  if (spec['sessionAffinity'] !== 'ClientIP') return spec;
  const clientIP = digObject(spec, key, 'clientIP');
  return { ...spec, [key]: { clientIP: { timeoutSeconds: 10_800, ...clientIP } } };
}

function without(spec: JsonObject, keys: readonly string[]): JsonObject {
  if (!keys.some((key) => Object.hasOwn(spec, key))) return spec;
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !keys.includes(key)));
}

function needsAddress({ type }: JsonObject): boolean {
  return type !== 'ExternalName';
}

function needsPorts({ type }: JsonObject): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

function isBalanced({ type }: JsonObject): boolean {
  return type === 'LoadBalancer';
}

function isChecked(spec: JsonObject): boolean {
  return isBalanced(spec) && spec['externalTrafficPolicy'] === 'Local';
}

/** Members that go with a type, unless they were changed with it; then they are refused. */
const typed: readonly (readonly [key: string, needs: (spec: JsonObject) => boolean])[] = [
  ['clusterIP', needsAddress],
  ['clusterIPs', needsAddress],
  ['ipFamilies', needsAddress],
  ['ipFamilyPolicy', needsAddress],
  ['internalTrafficPolicy', needsAddress],
  ['externalTrafficPolicy', isOpen],
  ['healthCheckNodePort', isChecked],
  ['allocateLoadBalancerNodePorts', isBalanced],
  ['loadBalancerClass', isBalanced],
];

function withoutDropped(spec: JsonObject, before: JsonObject): JsonObject {
  const dropped = typed
    .filter(([key, needs]) => needs(before) && !needs(spec) && sameJson(spec[key], before[key]))
    .map(([key]) => key);
  const rest = without(spec, dropped);
  const losesPorts = needsPorts(before) && !needsPorts(spec);
  if (!losesPorts || !sameJson(nodePorts(spec), nodePorts(before))) return rest;
  return { ...rest, ports: digArray(rest, 'ports').map((port) => without(digObject(port), ['nodePort'])) };
}

function nodePorts(spec: JsonObject): Json[] {
  return digArray(spec, 'ports').map((port) => digObject(port)['nodePort'] ?? 0);
}

/** What was allocated stays when a replacement does not mention it. */
function withKeptValues(spec: JsonObject, before: JsonObject): JsonObject {
  let kept = spec;
  if (needsAddress(before) && needsAddress(spec)) {
    if (digString(kept, 'clusterIP') === '') kept = { ...kept, ...pick(before, ['clusterIP']) };
    const isSame = kept['clusterIP'] === before['clusterIP'];
    if (digArray(kept, 'clusterIPs').length === 0 && isSame)
      kept = { ...kept, ...pick(before, ['clusterIPs']) };
    if (kept['ipFamilies'] === undefined)
      kept = { ...kept, ...pick(before, ['ipFamilies', 'ipFamilyPolicy']) };
  }
  if (isChecked(before) && isChecked(spec) && (spec['healthCheckNodePort'] ?? 0) === 0)
    kept = { ...kept, ...pick(before, ['healthCheckNodePort']) };
  if (!needsPorts(before) || !needsPorts(spec)) return kept;
  const ports = digArray(kept, 'ports').map((port) => {
    if (!isJsonObject(port) || (port['nodePort'] ?? 0) !== 0) return port;
    const same = digArray(before, 'ports').find((old) => samePort(old, port));
    const nodePort = digObject(same)['nodePort'];
    return nodePort === undefined ? port : { ...port, nodePort };
  });
  return ports.length > 0 ? { ...kept, ports } : kept;
}

function samePort(a: Json, b: Json): boolean {
  const [left, right] = [digObject(a), digObject(b)];
  return left['port'] === right['port'] && left['protocol'] === right['protocol'];
}

function pick(from: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

/** The list of addresses follows the one address, unless it was changed too. */
function withSameAddress(spec: JsonObject, before: JsonObject | undefined): JsonObject {
  const [one, all] = [digString(spec, 'clusterIP'), digArray(spec, 'clusterIPs')];
  if (before === undefined) return one !== '' && all.length === 0 ? { ...spec, clusterIPs: [one] } : spec;
  if (one === '' && sameJson(all, digArray(before, 'clusterIPs'))) return without(spec, ['clusterIPs']);
  const isChanged = one !== '' && one !== digString(before, 'clusterIP');
  if (!isChanged) return spec;
  const [, ...others] = all;
  return sameJson(all, digArray(before, 'clusterIPs')) || all.length === 0
    ? { ...spec, clusterIPs: [one, ...others] }
    : spec;
}

function withAddress(spec: JsonObject, store: ObjectStore, key: string): JsonObject {
  const [one, all] = [digString(spec, 'clusterIP'), digArray(spec, 'clusterIPs')];
  // A list without its first address named is refused afterwards.
  const address = one !== '' ? one : all.length > 0 ? '' : freeAddress(store, key);
  const selects = Object.keys(digObject(spec, 'selector')).length > 0;
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  const policy = address === 'None' && !selects ? 'RequireDualStack' : 'SingleStack';
  const families = policy === 'RequireDualStack' ? ['IPv4', 'IPv6'] : [family];
  return {
    ...spec,
    ...(address !== '' && { clusterIP: address, clusterIPs: all.length > 0 ? all : [address] }),
    ipFamilies: spec['ipFamilies'] ?? families,
    ipFamilyPolicy: spec['ipFamilyPolicy'] ?? policy,
  };
}

function withNodePorts(spec: JsonObject, store: ObjectStore, key: string): JsonObject {
  const ports = digArray(spec, 'ports');
  const used = new Set<number>();
  for (const given of nodePorts(spec)) if (typeof given === 'number' && given > 0) used.add(given);
  const next = ports.map((port) => {
    if (!isJsonObject(port) || (port['nodePort'] ?? 0) !== 0) return port;
    const free = freeNodePort(store, `${key}/${JSON.stringify([port['port'], port['protocol']])}`, used);
    used.add(free);
    return { ...port, nodePort: free };
  });
  return ports.length === 0 ? spec : { ...spec, ports: next };
}

/** Where balancers ask a node whether it has a pod of the Service. */
function withCheckPort(spec: JsonObject, store: ObjectStore, key: string): JsonObject {
  if ((spec['healthCheckNodePort'] ?? 0) !== 0) return spec;
  const used = new Set(nodePorts(spec).filter((port) => typeof port === 'number'));
  return { ...spec, healthCheckNodePort: freeNodePort(store, `${key}/health`, used) };
}
