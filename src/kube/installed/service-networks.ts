import type { GroupResource } from '../../core/api-error.js';
import { digArray, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';
import { serviceNetwork } from '../defaults/service-addresses.js';
import { byName, installedObject } from './installed-object.js';

const group = 'networking.k8s.io';
const apiVersion = `${group}/v1`;
const services = { group: '', plural: 'services' };
/** The kind of the networks Services get their addresses from, as `GroupResource`. */
export const serviceNetworks: GroupResource = { group, plural: 'servicecidrs' };
/** The kind of the addresses in use, as `GroupResource`. */
export const serviceAddresses: GroupResource = { group, plural: 'ipaddresses' };
/** Holds a network until no address in it is in use. */
export const networkFinalizer = 'networking.k8s.io/service-cidr-finalizer';
const managerLabel = 'ipaddress.kubernetes.io/managed-by';
const manager = 'ipallocator.k8s.io';

/**
 * Has a cluster begin with the network of its Services and an IPAddress of each of their addresses, made when somebody
 * first asks for one.
 *
 * @see kubernetes/kubernetes pkg/controlplane/controller/defaultservicecidr, pkg/registry/core/service/ipallocator
 */
export function offerServiceNetworks(store: ObjectStore): void {
  store.offer(serviceNetworks, (asked) => [
    installedObject({
      apiVersion,
      kind: 'ServiceCIDR',
      metadata: { name: 'kubernetes', finalizers: [networkFinalizer] },
      spec: { cidrs: [serviceNetwork(asked)] },
      status: { conditions: [ready('2024-01-10T08:00:00Z', 'Kubernetes default Service CIDR is ready')] },
    }),
  ]);
  store.offer(serviceAddresses, (asked) =>
    asked
      .list(services)
      .flatMap(({ object }) =>
        addressesOf(object).map((address): StoredObject => {
          const { creationTimestamp } = object.metadata;
          const { metadata, ...rest } = addressObject(address, object);
          return installedObject({
            ...rest,
            metadata: { ...metadata, ...(creationTimestamp !== undefined && { creationTimestamp }) },
          });
        }),
      )
      .sort(byName),
  );
}

/** The condition of a network addresses are taken from. @param since RFC 3339. */
export function ready(since: string, message: string): JsonObject {
  return { type: 'Ready', status: 'True', lastTransitionTime: since, reason: '', message };
}

/** The addresses a Service has. */
export function addressesOf(service: KubeObject): string[] {
  const listed = digArray(service, 'spec', 'clusterIPs').filter((one) => typeof one === 'string');
  const all = listed.length > 0 ? listed : [digString(service, 'spec', 'clusterIP')];
  return all.filter((address) => address !== '' && address !== 'None');
}

/** The object that says an address is that of a Service. */
export function addressObject(
  address: string,
  { metadata: { namespace = '', name } }: KubeObject,
): KubeObject & { readonly kind: string; readonly apiVersion: string } {
  return {
    kind: 'IPAddress',
    apiVersion,
    metadata: {
      name: address,
      labels: {
        'ipaddress.kubernetes.io/ip-family': address.includes(':') ? 'IPv6' : 'IPv4',
        [managerLabel]: manager,
      },
    },
    spec: { parentRef: { resource: 'services', namespace, name } },
  };
}

/** Whether an IPAddress was made for a Service of its own accord. */
export function isAllocated(address: KubeObject): boolean {
  return label(address, managerLabel) === manager;
}
