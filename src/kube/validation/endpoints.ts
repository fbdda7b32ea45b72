import { isIP } from 'node:net';
import { dig, digArray, digObject, digString, isJsonObject, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { labelValueProblems, nameProblems, qualifiedNameProblems } from '../../registry/names.js';
import {
  duplicate,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  tooMany,
  unsupported,
  type Cause,
} from './causes.js';
import { addressProblems, specialAddressProblems } from './formats.js';
import { labelProblems } from './labels.js';

const protocols = ['SCTP', 'TCP', 'UDP'];

/** What is wrong with Endpoints. @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateEndpoints */
export function endpointsProblems(object: KubeObject): Cause[] {
  return digArray(object, 'subsets').flatMap((subset, at) => {
    const path = `subsets[${String(at)}]`;
    const lists = ['addresses', 'notReadyAddresses'];
    const isEmpty = lists.every((key) => digArray(subset, key).length === 0);
    const isNamed = digArray(subset, 'ports').length > 1;
    return [
      ...(isEmpty ? [required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...lists.flatMap((key) => inItems(subset, key, path, subsetAddressProblems)),
      ...inItems(subset, 'ports', path, (port, field) => subsetPortProblems(port, field, isNamed)),
    ];
  });
}

function subsetAddressProblems(address: Json, path: string): Cause[] {
  const [ip, host, node] = ['ip', 'hostname', 'nodeName'].map((key) => digString(address, key)) as [
    string,
    string,
    string,
  ];
  return [
    ...invalidFor(`${path}.ip`, ip, addressProblems(ip)),
    ...(host === '' ? [] : invalidFor(`${path}.hostname`, host, nameProblems(host, 'label'))),
    ...(dig(address, 'nodeName') === undefined
      ? []
      : invalidFor(`${path}.nodeName`, node, nameProblems(node, 'subdomain'))),
    ...invalidFor(`${path}.ip`, ip, specialAddressProblems(ip)),
  ];
}

function subsetPortProblems(port: Json, path: string, isNamed: boolean): Cause[] {
  const [name, protocol] = [digString(port, 'name'), digString(port, 'protocol')];
  const number = dig(port, 'port') ?? 0;
  const causes: Cause[] = [];
  if (name !== '') causes.push(...invalidFor(`${path}.name`, name, nameProblems(name, 'label')));
  else if (isNamed) causes.push(required(`${path}.name`));
  if (typeof number === 'number' && (number < 1 || number > 65_535))
    causes.push(invalidShown(`${path}.port`, String(number), 'must be between 1 and 65535, inclusive'));
  if (protocol === '') causes.push(required(`${path}.protocol`));
  else if (!protocols.includes(protocol)) causes.push(unsupported(`${path}.protocol`, protocol, protocols));
  return [...causes, ...applicationProblems(port, path)];
}

function applicationProblems(port: Json, path: string): Cause[] {
  const given = dig(port, 'appProtocol');
  return typeof given === 'string'
    ? invalidFor(`${path}.appProtocol`, given, qualifiedNameProblems(given))
    : [];
}

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];
const most = { endpoints: 1000, addresses: 100, ports: 20_000, hints: 8, topology: 16 };

/** What is wrong with an EndpointSlice. @see kubernetes/kubernetes pkg/apis/discovery/validation/validation.go */
export function endpointSliceProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const type = digString(object, 'addressType');
  const causes: Cause[] = [];
  if (type === '') causes.push(required('addressType'));
  else if (!addressTypes.includes(type)) causes.push(unsupported('addressType', type, addressTypes));
  const endpoints = digArray(object, 'endpoints');
  if (endpoints.length > most.endpoints) causes.push(tooMany('endpoints', endpoints.length, most.endpoints));
  else
    for (const [at, endpoint] of endpoints.entries())
      causes.push(...endpointProblems(endpoint, type, `endpoints[${String(at)}]`));
  causes.push(...slicePortsProblems(digArray(object, 'ports')));
  if (previous !== undefined && digString(previous, 'addressType') !== type)
    causes.push(invalidValue('addressType', type, 'field is immutable'));
  return causes;
}

function endpointProblems(endpoint: Json, type: string, path: string): Cause[] {
  const causes: Cause[] = [];
  const count = digArray(endpoint, 'addresses').length;
  if (count === 0) causes.push(required(`${path}.addresses`, 'must contain at least 1 address'));
  else if (count > most.addresses) causes.push(tooMany(`${path}.addresses`, count, most.addresses));
  causes.push(
    ...inItems(endpoint, 'addresses', path, (address, field) =>
      typeof address === 'string' ? typedAddressProblems(address, type, field) : [],
    ),
  );
  const [node, host, topology] = ['nodeName', 'hostname', 'deprecatedTopology'].map((key) =>
    dig(endpoint, key),
  );
  if (typeof node === 'string')
    causes.push(...invalidFor(`${path}.nodeName`, node, nameProblems(node, 'subdomain')));
  const labels = Object.keys(digObject(topology)).length;
  if (labels > most.topology) causes.push(tooMany(`${path}.deprecatedTopology`, labels, most.topology));
  causes.push(...labelProblems(topology, `${path}.deprecatedTopology`));
  if (typeof host === 'string')
    causes.push(...invalidFor(`${path}.hostname`, host, nameProblems(host, 'label')));
  return [...causes, ...hintProblems(digArray(endpoint, 'hints', 'forZones'), `${path}.hints.forZones`)];
}

function typedAddressProblems(address: string, type: string, field: string): Cause[] {
  if (type === 'FQDN') return domainProblems(address, field);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const isRight = isIP(address) === (type === 'IPv4' ? 4 : 6);
  return [
    ...(isRight ? [] : [invalidValue(field, address, `must be a valid ${type} address`)]),
    ...invalidFor(field, address, specialAddressProblems(address)),
  ];
}

/** What is wrong with a domain name of at least two parts; it may end with a dot. */
function domainProblems(given: string, field: string): Cause[] {
  if (given === '') return [required(field)];
  const name = given.replace(/\.$/, '');
  const bad = nameProblems(name, 'subdomain');
  if (bad.length > 0) return [invalidValue(field, name, bad.join(','))];
  const labels = name.split('.');
  if (labels.length < 2)
    return [invalidValue(field, name, 'should be a domain with at least two segments separated by dots')];
  return labels.flatMap((label) => {
    const texts = nameProblems(label, 'label');
    return texts.length === 0 ? [] : [invalidValue(field, label, texts.join(','))];
  });
}

function hintProblems(zones: readonly Json[], field: string): Cause[] {
  if (zones.length > most.hints) return [tooMany(field, zones.length, most.hints)];
  const names = zones.map((zone) => digString(zone, 'name'));
  return names.flatMap((name, at) => {
    const place = `${field}[${String(at)}].name`;
    const own = invalidFor(place, name, labelValueProblems(name));
    return names.indexOf(name) < at ? [duplicate(place, name), ...own] : own;
  });
}

function slicePortsProblems(ports: readonly Json[]): Cause[] {
  if (ports.length > most.ports) return [tooMany('ports', ports.length, most.ports)];
  const names = ports.map((port) => digString(port, 'name'));
  return ports.flatMap((port, at) => {
    const path = `ports[${String(at)}]`;
    const name = names[at] ?? '';
    const causes = name === '' ? [] : invalidFor(`${path}.name`, name, nameProblems(name, 'label'));
    if (names.indexOf(name) < at) causes.push(duplicate(`${path}.name`, name));
    const protocol = isJsonObject(port) ? port['protocol'] : undefined;
    if (typeof protocol !== 'string') causes.push(required(`${path}.protocol`));
    else if (!protocols.includes(protocol)) causes.push(unsupported(`${path}.protocol`, protocol, protocols));
    return [...causes, ...applicationProblems(port, path)];
  });
}
