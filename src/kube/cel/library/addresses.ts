import { isIP } from 'node:net';
import { goQuote } from '../../../core/go-format.js';
import { CelError, CelOpaque } from '../values/value.js';
import type { CelLibrary } from './library.js';
import { addressProblem, networkProblem } from './parse-problems.js';

/** An address as a number, of one of the two families. */
class CelIp extends CelOpaque {
  readonly typeName = 'net.IP';
  readonly family: 4 | 6;
  readonly value: bigint;

  constructor(family: 4 | 6, value: bigint) {
    super();
    this.family = family;
    this.value = value;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelIp && other.family === this.family && other.value === this.value;
  }
}

/** A network: an address in it and how many of its bits all addresses share. */
class CelCidr extends CelOpaque {
  readonly typeName = 'net.CIDR';
  readonly ip: CelIp;
  readonly prefix: number;

  constructor(ip: CelIp, prefix: number) {
    super();
    this.ip = ip;
    this.prefix = prefix;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelCidr && other.prefix === this.prefix && other.ip.equals(this.ip);
  }
}

function bitsOf({ family }: CelIp): number {
  return family === 4 ? 32 : 128;
}

/** Reads an address; one with a zone, and one of IPv4 dressed as IPv6, is none. @see kubernetes/apiserver pkg/cel/library/ip.go */
function parseAddress(text: string): CelIp | undefined {
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  if (version === 4) return new CelIp(4, fromIpv4(text));
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const last = tail?.[2] === undefined ? 0n : fromIpv4(tail[2]);
  const plain =
    tail?.[1] === undefined
      ? text
      : `${tail[1]}${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}`;
  const [head = '', rest] = plain.split('::');
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const [before, after] = [groups(head), groups(rest ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = rest === undefined ? before : [...before, ...zeros, ...after];
  const value = all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  return value >> 32n === 0xffffn ? undefined : new CelIp(6, value);
}

function fromIpv4(text: string): bigint {
  return text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

/** An address in the one form everybody agrees on. @see RFC 5952 */
function showAddress({ family, value }: CelIp): string {
  const [width, count] = family === 4 ? [8n, 4] : [16n, 8];
  const parts = Array.from({ length: count }, (_, at) => {
    const part = (value >> (width * BigInt(count - 1 - at))) & ((1n << width) - 1n);
    return part.toString(family === 4 ? 10 : 16);
  });
  if (family === 4) return parts.join('.');
  const text = parts.join(':');
  const runs = [...text.matchAll(/(?<![0-9a-f])0(?::0(?![0-9a-f]))+(?![0-9a-f])/g)].map(([run]) => run);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return text;
  const start = text.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  const before = text.slice(0, start).replace(/:$/, '');
  const after = text.slice(start + longest.length).replace(/^:/, '');
  return `${before}::${after}`;
}

function parseNetwork(text: string): CelCidr | undefined {
  const [address = '', prefix = '', ...more] = text.split('/');
  const ip = parseAddress(address);
  const isShort = /^(0|[1-9]\d{0,2})$/.test(prefix) && more.length === 0;
  if (ip === undefined || !isShort || Number(prefix) > bitsOf(ip)) return undefined;
  return new CelCidr(ip, Number(prefix));
}

function startOf({ ip, prefix }: CelCidr): bigint {
  const rest = BigInt(bitsOf(ip) - prefix);
  return (ip.value >> rest) << rest;
}

function contains(network: CelCidr, ip: CelIp): boolean {
  return network.ip.family === ip.family && startOf(network) === startOf(new CelCidr(ip, network.prefix));
}

function containsNetwork(network: CelCidr, other: CelCidr): boolean {
  return network.prefix <= other.prefix && contains(network, other.ip);
}

function isMapped(text: string): boolean {
  return isIP(text) === 6 && !text.includes('%');
}

function addressOf(text: string): CelIp {
  const ip = parseAddress(text);
  if (ip !== undefined) return ip;
  if (isMapped(text)) throw new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  if (isIP(text) === 6) throw new CelError(`IP address ${goQuote(text)} with zone value is not allowed`);
  throw new CelError(
    `IP Address ${goQuote(text)} parse error during conversion from string: ${addressProblem(text)}`,
  );
}

function networkOf(text: string): CelCidr {
  const network = parseNetwork(text);
  if (network !== undefined) return network;
  const what = 'network address parse error during conversion from string';
  const isMappedNetwork = isMapped(text.slice(0, text.lastIndexOf('/')));
  throw new CelError(
    isMappedNetwork
      ? `${what}: IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`
      : `${what}: ${what}: ${networkProblem(text, (address) => isIP(address) !== 0)}`,
  );
}

function isWithin(ip: CelIp, ...networks: readonly string[]): boolean {
  return networks.some((network) => contains(networkOf(network), ip));
}

function isGlobal(ip: CelIp): boolean {
  const others = ['0.0.0.0/32', '255.255.255.255/32', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4'];
  return !isWithin(ip, ...others, '::/127', 'fe80::/10', 'ff00::/8');
}

/** Addresses and networks in rules. @see kubernetes/apiserver pkg/cel/library/ip.go, cidr.go */
export const addresses: CelLibrary = {
  types: ['net.IP', 'net.CIDR'],
  functions: [
    ['string_to_ip ip(string): net.IP', addressOf],
    ['is_ip isIP(string): bool', (text: string) => parseAddress(text) !== undefined],
    ['ip_is_canonical ip.isCanonical(string): bool', (text: string) => showAddress(addressOf(text)) === text],
    ['ip_to_string string(net.IP): string', showAddress],
    ['ip_family .family(net.IP): int', ({ family }: CelIp) => BigInt(family)],
    ['ip_is_unspecified .isUnspecified(net.IP): bool', ({ value }: CelIp) => value === 0n],
    ['ip_is_loopback .isLoopback(net.IP): bool', (ip: CelIp) => isWithin(ip, '127.0.0.0/8', '::1/128')],
    [
      'ip_is_link_local_multicast .isLinkLocalMulticast(net.IP): bool',
      (ip: CelIp) => isWithin(ip, '224.0.0.0/24', 'ff02::/16'),
    ],
    [
      'ip_is_link_local_unicast .isLinkLocalUnicast(net.IP): bool',
      (ip: CelIp) => isWithin(ip, '169.254.0.0/16', 'fe80::/10'),
    ],
    ['ip_is_global_unicast .isGlobalUnicast(net.IP): bool', isGlobal],
    ['string_to_cidr cidr(string): net.CIDR', networkOf],
    ['is_cidr isCIDR(string): bool', (text: string) => parseNetwork(text) !== undefined],
    [
      'cidr_to_string string(net.CIDR): string',
      ({ ip, prefix }: CelCidr) => `${showAddress(ip)}/${String(prefix)}`,
    ],
    ['cidr_contains_ip_ip .containsIP(net.CIDR, net.IP): bool', contains],
    [
      'cidr_contains_ip_string .containsIP(net.CIDR, string): bool',
      (network: CelCidr, text: string) => contains(network, addressOf(text)),
    ],
    ['cidr_contains_cidr .containsCIDR(net.CIDR, net.CIDR): bool', containsNetwork],
    [
      'cidr_contains_cidr_string .containsCIDR(net.CIDR, string): bool',
      (network: CelCidr, text: string) => containsNetwork(network, networkOf(text)),
    ],
    ['cidr_ip .ip(net.CIDR): net.IP', ({ ip }: CelCidr) => ip],
    [
      'cidr_masked .masked(net.CIDR): net.CIDR',
      (network: CelCidr) => new CelCidr(new CelIp(network.ip.family, startOf(network)), network.prefix),
    ],
    ['cidr_prefix_length .prefixLength(net.CIDR): int', ({ prefix }: CelCidr) => BigInt(prefix)],
  ],
};
