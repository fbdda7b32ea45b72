import { dig, digArray, digString, type Json } from '../../core/json.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';

const services = { group: '', plural: 'services' };
/** Where node ports come from, both ends included. */
export const nodePortRange = { first: 30_000, last: 32_767 };

interface Taken {
  readonly list: readonly StoredObject[];
  readonly addresses: ReadonlySet<string>;
  readonly nodePorts: ReadonlySet<number>;
  /** First two numbers of the cluster's service network, such as `10.233`. */
  readonly network: string;
}

const known = new WeakMap<ObjectStore, Taken>();

/** Addresses and ports the Services of a cluster have. The store hands out the same list until one changes. */
function takenIn(store: ObjectStore): Taken {
  const list = store.list(services);
  let taken = known.get(store);
  if (taken?.list !== list) {
    const addresses = list.map(({ object }) => digString(object, 'spec', 'clusterIP'));
    const own = addresses.find((address) => /^\d+\.\d+\.\d+\.\d+$/.test(address)) ?? '10.96.0.1';
    taken = {
      list,
      addresses: new Set(addresses),
      nodePorts: new Set(list.flatMap(({ object }) => nodePortsOf(dig(object, 'spec', 'ports')))),
      network: own.split('.', 2).join('.'),
    };
    known.set(store, taken);
  }
  return taken;
}

/** The node ports of a list of service ports. */
export function nodePortsOf(ports: Json | undefined): number[] {
  return (Array.isArray(ports) ? (ports as readonly Json[]) : []).flatMap((port) => {
    const number = dig(port, 'nodePort');
    return typeof number === 'number' && number > 0 ? [number] : [];
  });
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
  const size = 0xfe00;
  const start = hashOf(key) % size;
  for (let step = 0; step < size; step += 1) {
    const host = 0x100 + ((start + step) % size);
    const last = host & 0xff;
    if (last === 0 || last === 0xff) continue;
    const address = `${network}.${String(host >> 8)}.${String(last)}`;
    if (!addresses.has(address)) return address;
  }
  return `${network}.255.254`;
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

/** The addresses of a Service spec, from either member that may hold them. */
export function clusterAddresses(spec: Json | undefined): readonly string[] {
  const many = digArray(spec, 'clusterIPs').filter((one) => typeof one === 'string');
  const one = digString(spec, 'clusterIP');
  if (many.length > 0) return many;
  return one === '' ? [] : [one];
}
