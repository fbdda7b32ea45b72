import { isIP } from 'node:net';
import type { CelLibrary } from './library.js';

/** An address as a number, of one of the two families. */
class CelIp {
  readonly family: 4 | 6;
  readonly value: bigint;

  constructor(family: 4 | 6, value: bigint) {
    this.family = family;
    this.value = value;
  }
}

/** A network: an address in it and how many of its bits all addresses share. */
class CelCidr {
  readonly ip: CelIp;
  readonly prefix: number;

  constructor(ip: CelIp, prefix: number) {
    this.ip = ip;
    this.prefix = prefix;
  }
}

/** What `ip.isCanonical` hangs on. */
class IpNames {
  readonly name = 'ip';
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

function addressOf(text: string): CelIp {
  const ip = parseAddress(text);
  if (ip === undefined)
    throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
  return ip;
}

function networkOf(text: string): CelCidr {
  const network = parseNetwork(text);
  if (network === undefined)
    throw new Error(`network address parse error during conversion from string: ${JSON.stringify(text)}`);
  return network;
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
  types: { 'net.IP': CelIp, 'net.CIDR': CelCidr, 'fake.ipNames': IpNames },
  constants: { ip: ['fake.ipNames', new IpNames()] },
  functions: [
    ['ip(string): net.IP', addressOf],
    ['isIP(string): bool', (text: string) => parseAddress(text) !== undefined],
    [
      'fake.ipNames.isCanonical(string): bool',
      (_: IpNames, text: string) => showAddress(addressOf(text)) === text,
    ],
    ['string(net.IP): string', showAddress],
    ['net.IP.family(): int', ({ family }: CelIp) => BigInt(family)],
    ['net.IP.isUnspecified(): bool', ({ value }: CelIp) => value === 0n],
    ['net.IP.isLoopback(): bool', (ip: CelIp) => isWithin(ip, '127.0.0.0/8', '::1/128')],
    ['net.IP.isLinkLocalMulticast(): bool', (ip: CelIp) => isWithin(ip, '224.0.0.0/24', 'ff02::/16')],
    ['net.IP.isLinkLocalUnicast(): bool', (ip: CelIp) => isWithin(ip, '169.254.0.0/16', 'fe80::/10')],
    ['net.IP.isGlobalUnicast(): bool', isGlobal],
    ['cidr(string): net.CIDR', networkOf],
    ['isCIDR(string): bool', (text: string) => parseNetwork(text) !== undefined],
    ['string(net.CIDR): string', ({ ip, prefix }: CelCidr) => `${showAddress(ip)}/${String(prefix)}`],
    ['net.CIDR.containsIP(net.IP): bool', contains],
    [
      'net.CIDR.containsIP(string): bool',
      (network: CelCidr, text: string) => contains(network, addressOf(text)),
    ],
    ['net.CIDR.containsCIDR(net.CIDR): bool', containsNetwork],
    [
      'net.CIDR.containsCIDR(string): bool',
      (network: CelCidr, text: string) => containsNetwork(network, networkOf(text)),
    ],
    ['net.CIDR.ip(): net.IP', ({ ip }: CelCidr) => ip],
    [
      'net.CIDR.masked(): net.CIDR',
      (network: CelCidr) => new CelCidr(new CelIp(network.ip.family, startOf(network)), network.prefix),
    ],
    ['net.CIDR.prefixLength(): int', ({ prefix }: CelCidr) => BigInt(prefix)],
  ],
};
