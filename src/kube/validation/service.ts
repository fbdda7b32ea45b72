import { dig, digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import {
  clusterAddresses,
  isAddressTaken,
  isNodePortTaken,
  nodePortRange,
  nodePortsOf,
} from '../defaults/service-addresses.js';
import {
  duplicate,
  forbidden,
  invalidShown,
  portProblems,
  required,
  unsupported,
  type Cause,
} from './causes.js';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

/** What is wrong with a Service. @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateService */
export function serviceProblems(
  service: KubeObject,
  previous: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  const spec = digObject(service, 'spec');
  const type = digString(spec, 'type');
  const causes: Cause[] = [];
  const ports = digArray(spec, 'ports');
  const isHeadless = digString(spec, 'clusterIP') === 'None';
  if (ports.length === 0 && !isHeadless && type !== 'ExternalName') causes.push(required('spec.ports'));
  if (type === 'ExternalName' && digString(spec, 'externalName') === '')
    causes.push(required('spec.externalName'));
  causes.push(...servicePorts(ports));
  if (!types.includes(type)) causes.push(unsupported('spec.type', type, types));
  const affinity = digString(spec, 'sessionAffinity');
  if (!['ClientIP', 'None'].includes(affinity))
    causes.push(unsupported('spec.sessionAffinity', affinity, ['ClientIP', 'None']));
  if (type === 'ClusterIP') {
    for (const [at, port] of ports.entries())
      if (dig(port, 'nodePort') !== undefined)
        causes.push(
          forbidden(`spec.ports[${String(at)}].nodePort`, "may not be used when `type` is 'ClusterIP'"),
        );
  }
  return [
    ...causes,
    ...addressProblems(service, previous, context),
    ...nodePortProblems(service, previous, context),
  ];
}

function servicePorts(ports: readonly Json[]): Cause[] {
  const names = new Set<string>();
  const numbers = new Set<string>();
  const protocols = ['SCTP', 'TCP', 'UDP'];
  return ports.flatMap((port, at) => {
    const field = `spec.ports[${String(at)}]`;
    const causes: Cause[] = [];
    const [name, protocol] = [digString(port, 'name'), digString(port, 'protocol')];
    if (name === '' && ports.length > 1) causes.push(required(`${field}.name`));
    else if (name !== '' && names.has(name)) causes.push(duplicate(`${field}.name`, name));
    names.add(name);
    const number = dig(port, 'port') ?? 0;
    causes.push(...portProblems(`${field}.port`, number));
    if (!protocols.includes(protocol)) causes.push(unsupported(`${field}.protocol`, protocol, protocols));
    const target = dig(port, 'targetPort');
    if (typeof target === 'number' && target !== 0)
      causes.push(...portProblems(`${field}.targetPort`, target));
    const key = `${protocol}/${JSON.stringify(number)}`;
    if (numbers.has(key)) {
      const shown = `core.ServicePort{Name:"", Protocol:"${protocol}", AppProtocol:(*string)(nil), Port:${JSON.stringify(number)}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`;
      causes.push({ reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown}`, field });
    }
    numbers.add(key);
    return causes;
  });
}

function addressProblems(
  service: KubeObject,
  previous: KubeObject | undefined,
  { cluster }: WriteContext,
): Cause[] {
  const [address] = clusterAddresses(dig(service, 'spec'));
  if (address === undefined || address === 'None') {
    const [old = 'None'] = clusterAddresses(dig(previous, 'spec'));
    const wasNamed = previous !== undefined && address === 'None' && old !== 'None';
    return wasNamed
      ? [invalidShown('spec.clusterIPs[0]', '[]string{"None"}', 'may not change once set')]
      : [];
  }
  const [before] = clusterAddresses(dig(previous, 'spec'));
  if (before === address) return [];
  const shown = `[]string{${JSON.stringify(address)}}`;
  if (before !== undefined) return [invalidShown('spec.clusterIPs[0]', shown, 'may not change once set')];
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(address) && !address.includes(':')) {
    const why = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
    return [invalidShown('spec.clusterIPs[0]', JSON.stringify(address), why)];
  }
  if (!isAddressTaken(cluster.store, address)) return [];
  const why = `failed to allocate IP ${address}: provided IP is already allocated`;
  return [invalidShown('spec.clusterIPs', shown, why)];
}

function nodePortProblems(
  service: KubeObject,
  previous: KubeObject | undefined,
  { cluster }: WriteContext,
): Cause[] {
  const own = new Set(nodePortsOf(dig(previous, 'spec', 'ports')));
  const { first, last } = nodePortRange;
  return digArray(service, 'spec', 'ports').flatMap((port, at) => {
    const number = dig(port, 'nodePort');
    if (typeof number !== 'number' || number === 0 || own.has(number)) return [];
    const field = `spec.ports[${String(at)}].nodePort`;
    if (number < first || number > last) {
      const why = `provided port is not in the valid range. The range of valid ports is ${String(first)}-${String(last)}`;
      return [invalidShown(field, String(number), why)];
    }
    return isNodePortTaken(cluster.store, number)
      ? [invalidShown(field, String(number), 'provided port is already allocated')]
      : [];
  });
}
