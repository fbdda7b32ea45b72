import { isIP, isIPv4, isIPv6 } from 'node:net';
import { digArray, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { nameProblems } from '../../registry/names.js';
import { addressProblem, networkProblem } from '../cel/library/parse-problems.js';
import {
  goStrings,
  immutableProblems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  type Cause,
} from './causes.js';
import { networkProblems } from './formats.js';

/** What is wrong with a ServiceCIDR. @see kubernetes/kubernetes pkg/apis/networking/validation ValidateServiceCIDR */
export function serviceNetworkProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const cidrs = digArray(object, 'spec', 'cidrs').filter((one): one is string => typeof one === 'string');
  const field = 'spec.cidrs';
  if (previous !== undefined)
    return immutableProblems(field, cidrs, digArray(previous, 'spec', 'cidrs'), goStrings(cidrs));
  if (cidrs.length === 0) return [required(field, 'at least one CIDR required')];
  const bad = (why: string): Cause =>
    invalidShown(field, `networking.ServiceCIDRSpec{CIDRs:${goStrings(cidrs)}}`, why);
  if (cidrs.length > 2) return [bad('may only hold up to 2 values')];
  const families = cidrs.map((cidr) => (isCidr(cidr) ? isIP(cidr.split('/')[0] ?? '') : 0));
  const isDual = families.includes(4) && families.includes(6);
  if (cidrs.length === 2 && !isDual)
    return [bad('may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64')];
  return cidrs.flatMap((cidr, at) => {
    const why = cidrProblem(cidr);
    return why === undefined ? [] : [invalidValue(`${field}[${String(at)}]`, cidr, why)];
  });
}

function cidrProblem(cidr: string): string | undefined {
  if (!isCidr(cidr)) return networkProblem(cidr, (text) => isIP(text) !== 0);
  const [address = '', bits = ''] = cidr.split('/');
  const version = isIP(address);
  const number = version === 4 ? numberOfIPv4(address) : numberOfIPv6(address);
  const host = BigInt((version === 4 ? 32 : 128) - Number(bits));
  if (number % (1n << host) !== 0n) return "wrong CIDR format, IP doesn't match network IP address";
  return cidr === `${canonicalAddress(address)}/${bits}`
    ? undefined
    : 'CIDR not in RFC 5952 canonical format';
}

/** Stricter than most fields are: a length is not written `08`. */
function isCidr(cidr: string): boolean {
  return networkProblems(cidr).length === 0 && !/\/0\d/.test(cidr);
}

function numberOfIPv4(address: string): bigint {
  return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

/** An address of IPv6 as a number. */
function numberOfIPv6(address: string): bigint {
  const [head = '', tail] = canonicalAddress(address).split('::');
  const groups = (text: string): string[] => text.split(':').filter((group) => group !== '');
  const [first, last] = [groups(head), tail === undefined ? [] : groups(tail)];
  const all = [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last];
  return all.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function canonicalAddress(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}

/** What is wrong with an IPAddress. @see kubernetes/kubernetes pkg/apis/networking/validation ValidateIPAddress */
export function serviceAddressProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const parent = digObject(object, 'spec')['parentRef'];
  const field = 'spec.parentRef';
  if (previous !== undefined) {
    const [group, resource, namespace, name] = parentOf(object);
    const shown = `networking.ParentReference{Group:${group}, Resource:${resource}, Namespace:${namespace}, Name:${name}}`;
    return immutableProblems(field, parentOf(object), parentOf(previous), shown);
  }
  const causes = nameCauses(object.metadata.name);
  if (parent === undefined || parent === null) return [...causes, required(field)];
  const group = digString(parent, 'group');
  if (group !== '') causes.push(...invalidFor(`${field}.group`, group, nameProblems(group, 'subdomain')));
  for (const [key, isNeeded] of [
    ['resource', true],
    ['name', true],
    ['namespace', false],
  ] as const) {
    const text = digString(parent, key);
    if (text !== '') causes.push(...invalidFor(`${field}.${key}`, text, nameProblems(text, 'path')));
    else if (isNeeded) causes.push(required(`${field}.${key}`));
  }
  return causes;
}

function nameCauses(name: string): Cause[] {
  const isAddress = isIPv4(name) || isIPv6(name);
  if (!isAddress) return [invalidValue('metadata.name', name, addressProblem(name))];
  return canonicalAddress(name) === name
    ? []
    : [invalidValue('metadata.name', name, 'must be a canonical format IP address')];
}

function parentOf(object: KubeObject): [string, string, string, string] {
  const parent = digObject(object, 'spec', 'parentRef');
  const text = (key: string): string => JSON.stringify(digString(parent, key));
  return [text('group'), text('resource'), text('namespace'), text('name')];
}
