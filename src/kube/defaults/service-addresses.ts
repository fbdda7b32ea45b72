import { dig, digArray, digString, type Json } from '../../core/json.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';

const services = { group: '', plural: 'services' };
/** Where node ports come from, both ends included. */
export const nodePortRange = { first: 30_000, last: 32_767 };

interface Taken {
  readonly list: readonly StoredObject[];
  readonly addresses: ReadonlySet<string>;
  readonly nodePorts: ReadonlySet<number>;
  readonly network: Network;
}

/** Addresses from a first one on, as numbers, and how many they are. */
interface Network {
  readonly first: number;
  readonly size: number;
}

/** The networks installers give Services: KubeSphere's, beside its pods in 10.233.64.0/18, and kubeadm's. */
const usualNetworks: readonly Network[] = [
  { first: numberOf('10.233.0.0'), size: 2 ** 14 },
  { first: numberOf('10.96.0.0'), size: 2 ** 20 },
];

const known = new WeakMap<ObjectStore, Taken>();

/** Addresses and ports the Services of a cluster have. The store hands out the same list until one changes. */
function takenIn(store: ObjectStore): Taken {
  const list = store.list(services);
  let taken = known.get(store);
  if (taken?.list !== list) {
    const addresses = list.map(({ object }) => digString(object, 'spec', 'clusterIP'));
    taken = {
      list,
      addresses: new Set(addresses),
      nodePorts: new Set(list.flatMap(({ object }) => nodePortsOf(dig(object, 'spec')))),
      network: networkOf(addresses.filter((address) => /^\d+\.\d+\.\d+\.\d+$/.test(address)).map(numberOf)),
    };
    known.set(store, taken);
  }
  return taken;
}

/** The usual network that has all of some addresses; else the one of 65536 that has the first. */
function networkOf([first = numberOf('10.96.0.1'), ...rest]: readonly number[]): Network {
  const usual = usualNetworks.find((network) => [first, ...rest].every((address) => isIn(network, address)));
  return usual ?? { first: first - (first % 2 ** 16), size: 2 ** 16 };
}

function isIn({ first, size }: Network, address: number): boolean {
  return address >= first && address < first + size;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => String((number >>> shift) & 0xff)).join('.');
}

/** The node ports of a Service spec, that of its health check with them. */
export function nodePortsOf(spec: Json | undefined): number[] {
  const numbers = digArray(spec, 'ports').map((port) => dig(port, 'nodePort'));
  return [...numbers, dig(spec, 'healthCheckNodePort')].filter(
    (number): number is number => typeof number === 'number' && number > 0,
  );
}

/** The network Services get their addresses from, such as `10.233.0.0/18`. */
export function serviceNetwork(store: ObjectStore): string {
  const { first, size } = takenIn(store).network;
  return `${addressOf(first)}/${String(32 - Math.log2(size))}`;
}

/** Tells whether a Service can have an address; those of IPv6 are not judged. */
export function isInNetwork(store: ObjectStore, address: string): boolean {
  return address.includes(':') || isIn(takenIn(store).network, numberOf(address));
}

/** Tells whether a Service has an address already. */
export function isAddressTaken(store: ObjectStore, address: string): boolean {
  return takenIn(store).addresses.has(address);
}

/** Tells whether a Service has a node port already. */
export function isNodePortTaken(store: ObjectStore, port: number): boolean {
  return takenIn(store).nodePorts.has(port);
}

/** A free address in the network the other Services are in; the same for the same Service in the same world. */
export function freeAddress(store: ObjectStore, key: string): string {
  const { addresses, network } = takenIn(store);
  // The lowest addresses of a service network are kept for the cluster's own.
  const kept = 0x100;
  const size = network.size - kept;
  const start = hashOf(key) % size;
  for (let step = 0; step < size; step += 1) {
    const number = network.first + kept + ((start + step) % size);
    const last = number & 0xff;
    if (last === 0 || last === 0xff) continue;
    const address = addressOf(number);
    if (!addresses.has(address)) return address;
  }
  return addressOf(network.first + network.size - 2);
}

/** A free node port that is none of `also` either. */
export function freeNodePort(store: ObjectStore, key: string, also: ReadonlySet<number>): number {
  const { nodePorts } = takenIn(store);
  const { first, last } = nodePortRange;
  const size = last - first + 1;
  const start = hashOf(key) % size;
  for (let step = 0; step < size; step += 1) {
    const port = first + ((start + step) % size);
    if (!nodePorts.has(port) && !also.has(port)) return port;
  }
  return first;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
