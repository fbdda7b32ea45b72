import { isIP } from 'node:net';
import { quote } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { nameProblems, qualifiedNameProblems } from '../../registry/names.js';
import {
  isAddressTaken,
  isInNetwork,
  isNodePortTaken,
  nodePortRange,
  nodePortsOf,
  serviceNetwork,
} from '../defaults/service-addresses.js';
import {
  choiceProblems,
  duplicate,
  forbidden,
  goStrings,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  plainText,
  portProblems,
  required,
  unsupported,
  type Cause,
  shownPointer,
} from './causes.js';
import { protocols } from './container.js';
import { addressProblems, networkProblems } from './formats.js';
import { portOrNameProblems } from './handlers.js';
import { labelProblems } from './labels.js';
import { trafficProblems } from './service-traffic.js';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const affinities = ['ClientIP', 'None'];
/** Most seconds a client may be kept to one pod: a day. */
const mostSticky = 86_400;

/**
 * What is wrong with a Service. Addresses and ports are given out before anything else is looked at, so that nothing else
 * is told when that fails.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateServiceUpdate, ValidateService
 */
export function serviceProblems(
  service: KubeObject,
  previous: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  const spec = digObject(service, 'spec');
  const before = previous && digObject(previous, 'spec');
  for (const refused of [relatedProblems, allocatedAddress, allocatedPorts]) {
    const causes = refused(spec, before, context);
    if (causes.length > 0) return causes;
  }
  return [...(before === undefined ? [] : changeProblems(spec, before)), ...specProblems(spec)];
}

function relatedProblems(spec: JsonObject): Cause[] {
  return spec['type'] === 'ExternalName' ? [] : addressesProblems(spec);
}

function isHeadless(spec: JsonObject): boolean {
  return digArray(spec, 'clusterIPs')[0] === 'None';
}

function specProblems(spec: JsonObject): Cause[] {
  const type = digString(spec, 'type');
  const ports = digArray(spec, 'ports');
  const causes: Cause[] = [];
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') causes.push(required('spec.ports'));
  causes.push(
    ...typeProblems(spec, type),
    ...servicePorts(spec, ports.length > 1),
    ...labelProblems(spec['selector'], 'spec.selector'),
    ...affinityProblems(spec),
    ...inItems(spec, 'externalIPs', 'spec', externalProblems),
    ...choiceProblems('spec.type', type, types),
    ...nodePortProblems(spec, type),
    ...samePortProblems(ports),
  );
  const ranges = digArray(spec, 'loadBalancerSourceRanges');
  const field = 'spec.LoadBalancerSourceRanges';
  if (ranges.length > 0 && type !== 'LoadBalancer')
    causes.push(forbidden(field, "may only be used when `type` is 'LoadBalancer'"));
  for (const [at, range] of ranges.entries()) {
    const text = typeof range === 'string' ? range.trim() : '';
    causes.push(...invalidFor(`${field}[${String(at)}]`, text, networkProblems(text)));
  }
  return [...causes, ...trafficProblems(spec, type)];
}

function typeProblems(spec: JsonObject, type: string): Cause[] {
  if (type === 'LoadBalancer' || type === 'NodePort')
    return isHeadless(spec)
      ? [invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)]
      : [];
  if (type !== 'ExternalName') return [];
  const causes = ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy']
    .filter((key) => dig(spec, key) !== undefined)
    .map((key) => forbidden(`spec.${key}`, 'may not be set for ExternalName services'));
  const name = digString(spec, 'externalName').replace(/\.$/, '');
  return name === ''
    ? [...causes, required('spec.externalName')]
    : [...causes, ...invalidFor('spec.externalName', name, nameProblems(name, 'subdomain'))];
}

function servicePorts(spec: JsonObject, areNamed: boolean): Cause[] {
  const names = new Set<string>();
  return inItems(spec, 'ports', 'spec', (port, field) => {
    const causes: Cause[] = [];
    const name = digString(port, 'name');
    if (name === '' && areNamed) causes.push(required(`${field}.name`));
    else if (name !== '') {
      causes.push(...invalidFor(`${field}.name`, name, nameProblems(name, 'label')));
      if (names.has(name)) causes.push(duplicate(`${field}.name`, name));
      names.add(name);
    }
    const app = dig(port, 'appProtocol');
    causes.push(
      ...portProblems(`${field}.port`, dig(port, 'port') ?? 0),
      ...choiceProblems(`${field}.protocol`, dig(port, 'protocol'), protocols),
      ...portOrNameProblems(`${field}.targetPort`, dig(port, 'targetPort')),
    );
    return typeof app === 'string'
      ? [...causes, ...invalidFor(`${field}.appProtocol`, app, qualifiedNameProblems(app))]
      : causes;
  });
}

function affinityProblems(spec: JsonObject): Cause[] {
  const affinity = digString(spec, 'sessionAffinity');
  const config = spec['sessionAffinityConfig'];
  const field = 'spec.sessionAffinityConfig';
  const causes = choiceProblems('spec.sessionAffinity', affinity, affinities);
  if (affinity !== 'ClientIP') return causes;
  const seconds = dig(config, 'clientIP', 'timeoutSeconds');
  return typeof seconds === 'number' && (seconds <= 0 || seconds > mostSticky)
    ? [
        ...causes,
        invalidShown(
          `${field}.clientIP.timeoutSeconds`,
          String(seconds),
          `must be greater than 0 and less than ${String(mostSticky)}`,
        ),
      ]
    : causes;
}

const families = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

function addressesProblems(spec: JsonObject): Cause[] {
  const field = 'spec.clusterIPs';
  const [one, all] = [digString(spec, 'clusterIP'), digArray(spec, 'clusterIPs').map(String)];
  const causes: Cause[] = [];
  const bad = (why: string): Cause => invalidShown(field, goStrings(all), why);
  if (one === '' && all.length > 0) causes.push(bad('must be empty when `clusterIP` is not specified'));
  else if (one !== '' && all.length > 0 && all[0] !== one)
    causes.push(bad('first value must match `clusterIP`'));
  const seen = new Set<Json>();
  causes.push(
    ...inItems(spec, 'ipFamilies', 'spec', (family, place) => {
      const name = plainText(family);
      const found = families.includes(name) ? [] : [unsupported(place, name, families)];
      if (seen.has(name)) found.push(duplicate(place, name));
      seen.add(name);
      return found;
    }),
  );
  const policy = spec['ipFamilyPolicy'];
  if (typeof policy === 'string' && !policies.includes(policy))
    causes.push(unsupported('spec.ipFamilyPolicy', policy, policies));
  if (all[0] === 'None' && all.length > 1) return [...causes, bad("'None' must be the first and only value")];
  const wrong = all.flatMap((address, at) =>
    address === 'None' && at === 0
      ? []
      : invalidFor(`${field}[${String(at)}]`, address, addressProblems(address)),
  );
  if (all.length > 2) wrong.push(bad('may only hold up to 2 values'));
  if (wrong.length > 0) return [...causes, ...wrong];
  if (all.length > 1 && isIP(all[0] ?? '') === isIP(all[1] ?? ''))
    causes.push(bad('may specify no more than one IP for each IP family'));
  const wrongFamily = familyProblems(spec, all);
  return [
    ...causes,
    ...wrongFamily,
    ...(causes.length + wrongFamily.length > 0 ? [] : dualProblems(spec, all)),
  ];
}

/**
 * What a cluster with addresses of one family alone refuses.
 *
 * @see kubernetes/kubernetes pkg/registry/core/service/storage/alloc.go initIPFamilyFields
 */
function dualProblems(spec: JsonObject, addresses: readonly string[]): Cause[] {
  const policy = spec['ipFamilyPolicy'] ?? 'SingleStack';
  const field = 'spec.ipFamilyPolicy';
  const both = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
  if (policy === 'SingleStack') {
    if (digArray(spec, 'ipFamilies').length > 1)
      return [invalidValue(field, policy, `${both} IP families are specified`)];
    if (addresses.length > 1) return [invalidValue(field, policy, `${both} cluster IPs are specified`)];
  }
  return policy === 'RequireDualStack' && addresses[0] !== 'None'
    ? [invalidValue(field, policy, 'this cluster is not configured for dual-stack services')]
    : [];
}

function familyProblems(spec: JsonObject, addresses: readonly string[]): Cause[] {
  const given = digArray(spec, 'ipFamilies');
  if (addresses[0] === 'None') return [];
  return addresses.flatMap((address, at) => {
    const family = isIP(address) === 6 ? 'IPv6' : 'IPv4';
    const wanted = given[at];
    if (wanted === undefined || wanted === family || !families.includes(plainText(wanted))) return [];
    const why = `expected an ${plainText(wanted)} value as indicated by \`ipFamilies[${String(at)}]\``;
    return [invalidValue(`spec.clusterIPs[${String(at)}]`, address, why)];
  });
}

function externalProblems(given: Json, field: string): Cause[] {
  const ip = typeof given === 'string' ? given : '';
  const bad = addressProblems(ip);
  if (bad.length > 0) return invalidFor(field, ip, bad);
  const texts: string[] = [];
  if (ip === '0.0.0.0' || ip === '::') texts.push(`may not be unspecified (${ip})`);
  if (ip.startsWith('127.') || ip === '::1')
    texts.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (ip.startsWith('169.254.') || /^fe[89ab]/i.test(ip))
    texts.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (ip.startsWith('224.0.0.') || /^ff[0-9a-f]2:/i.test(ip))
    texts.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  return invalidFor(field, ip, texts);
}

function nodePortProblems(spec: JsonObject, type: string): Cause[] {
  const taken = new Set<string>();
  const causes: Cause[] = [];
  if (type === 'ClusterIP')
    causes.push(
      ...inItems(spec, 'ports', 'spec', (port, field) =>
        (dig(port, 'nodePort') ?? 0) === 0
          ? []
          : [forbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'")],
      ),
    );
  return [
    ...causes,
    ...inItems(spec, 'ports', 'spec', (port, field) => {
      const number = dig(port, 'nodePort');
      if (typeof number !== 'number' || number === 0) return [];
      const key = `${digString(port, 'protocol')}/${String(number)}`;
      const isTaken = taken.has(key);
      taken.add(key);
      const message = `Duplicate value: ${String(number)}`;
      return isTaken ? [{ reason: 'FieldValueDuplicate', message, field: `${field}.nodePort` }] : [];
    }),
  ];
}

function samePortProblems(ports: readonly Json[]): Cause[] {
  const taken = new Set<string>();
  return ports.flatMap((port, at) => {
    const [protocol, number] = [digString(port, 'protocol'), JSON.stringify(dig(port, 'port') ?? 0)];
    const key = `${protocol}/${number}`;
    const isTaken = taken.has(key);
    taken.add(key);
    const shown = `core.ServicePort{Name:"", Protocol:${quote(protocol)}, AppProtocol:(*string)(nil), Port:${number}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`;
    const message = `Duplicate value: ${shown}`;
    return isTaken ? [{ reason: 'FieldValueDuplicate', message, field: `spec.ports[${String(at)}]` }] : [];
  });
}

/** What may not change once a Service has it. */
function changeProblems(spec: JsonObject, before: JsonObject): Cause[] {
  if (spec['type'] === 'ExternalName' || before['type'] === 'ExternalName') return [];
  const [now, old] = [digArray(spec, 'clusterIPs').map(String), digArray(before, 'clusterIPs').map(String)];
  const causes: Cause[] = [];
  const shown = goStrings(now);
  if (old.length > 0 && now.length === 0)
    causes.push(invalidShown('spec.clusterIPs[0]', '[]string(nil)', 'primary clusterIP can not be unset'));
  for (const [at, address] of old.entries()) {
    const isKept = now[at] === address || now[at] === undefined;
    if (!isKept)
      causes.push(invalidShown(`spec.clusterIPs[${String(at)}]`, shown, 'may not change once set'));
  }
  const [family] = digArray(spec, 'ipFamilies');
  const [oldFamily] = digArray(before, 'ipFamilies');
  const isOpen = old[0] === 'None' && now[0] === 'None';
  if (!isOpen && family !== undefined && oldFamily !== undefined && family !== oldFamily) {
    const list = `[]core.IPFamily{${digArray(spec, 'ipFamilies')
      .map((one) => JSON.stringify(one))
      .join(', ')}}`;
    causes.push(invalidShown('spec.ipFamilies[0]', list, 'may not change once set'));
  }
  const [balancer, oldBalancer] = [spec['loadBalancerClass'], before['loadBalancerClass']];
  if (spec['type'] === 'LoadBalancer' && before['type'] === 'LoadBalancer' && balancer !== oldBalancer)
    causes.push(invalidShown('spec.loadBalancerClass', shownPointer(balancer), 'may not change once set'));
  return causes;
}

function allocatedAddress(
  spec: JsonObject,
  before: JsonObject | undefined,
  { cluster }: WriteContext,
): Cause[] {
  const [address] = digArray(spec, 'clusterIPs').map(String);
  const [old] = digArray(before, 'clusterIPs');
  if (spec['type'] === 'ExternalName') return [];
  if (address === undefined || address === 'None' || old === address) return [];
  const refused = (why: string): Cause[] => [
    invalidShown('spec.clusterIPs', goStrings([address]), `failed to allocate IP ${address}: ${why}`),
  ];
  if (!isInNetwork(cluster.store, address))
    return refused(
      `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${serviceNetwork(cluster.store)}`,
    );
  return isAddressTaken(cluster.store, address) ? refused('provided IP is already allocated') : [];
}

function allocatedPorts(
  spec: JsonObject,
  before: JsonObject | undefined,
  { cluster }: WriteContext,
): Cause[] {
  if (spec['type'] !== 'NodePort' && spec['type'] !== 'LoadBalancer') return [];
  const own = new Set(nodePortsOf(before));
  const { first, last } = nodePortRange;
  return inItems(spec, 'ports', 'spec', (port, place) => {
    const number = dig(port, 'nodePort');
    if (typeof number !== 'number' || number === 0 || own.has(number)) return [];
    const field = `${place}.nodePort`;
    if (number < first || number > last) {
      const why = `provided port is not in the valid range. The range of valid ports is ${String(first)}-${String(last)}`;
      return [invalidShown(field, String(number), why)];
    }
    return isNodePortTaken(cluster.store, number)
      ? [invalidShown(field, String(number), 'provided port is already allocated')]
      : [];
  });
}
