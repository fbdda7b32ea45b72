import { BlockList, isIPv6 } from 'node:net';
import { digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import {
  addressesOf,
  addressObject,
  isAllocated,
  networkFinalizer,
  ready,
  serviceAddresses,
  serviceNetworks,
} from '../../kube/installed/service-networks.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import type { Change } from '../../state/object-store.js';
import { writeStatus } from '../workloads/write-status.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';

const services = { group: '', plural: 'services' };

/**
 * Makes and removes the IPAddress of a Service with it, and has ServiceCIDRs ready until they are deleted and empty. Does
 * nothing as long as nobody has asked for either kind.
 *
 * Differs from Kubernetes: Services get no addresses from ServiceCIDRs somebody adds.
 *
 * @see kubernetes/kubernetes pkg/registry/core/service/ipallocator, pkg/controller/servicecidrs/servicecidrs_controller.go
 */
export const serviceNetworkController: Controller = {
  name: 'service-networks',
  watches: ['services.', 'ipaddresses.networking.k8s.io', 'servicecidrs.networking.k8s.io'],
  reconcile: (context, change) => {
    const { store } = context.cluster;
    const { plural } = change.resource;
    if (plural === 'servicecidrs') settleNetwork(context, currentOf(context, change));
    else if (store.offerOf(serviceAddresses) === 'taken') {
      if (plural === 'services') followService(context, change);
      else afterAddress(context, change);
    }
  },
};

function followService(context: WriteContext, { type, stored, previous }: Change): void {
  const kept = type === 'DELETED' ? [] : addressesOf(stored.object);
  const before = previous === undefined ? [] : addressesOf(previous.object);
  const gone = type === 'DELETED' ? [...before, ...addressesOf(stored.object)] : before;
  for (const address of new Set(gone)) if (!kept.includes(address)) release(context, address, stored.object);
  for (const address of kept) claim(context, address, stored.object);
}

function claim(context: WriteContext, address: string, service: KubeObject): void {
  if (context.cluster.store.find(serviceAddresses, undefined, address) !== undefined) return;
  const resource = context.catalog.get(serviceAddresses.group, serviceAddresses.plural);
  createObject(context, resource, addressObject(address, service));
}

function release(context: WriteContext, address: string, service: KubeObject): void {
  const known = context.cluster.store.find(serviceAddresses, undefined, address)?.object;
  if (known === undefined || !isAllocated(known)) return;
  const { namespace = '', name } = service.metadata;
  const parent = digObject(known, 'spec', 'parentRef');
  if (digString(parent, 'namespace') !== namespace || digString(parent, 'name') !== name) return;
  const resource = context.catalog.get(serviceAddresses.group, serviceAddresses.plural);
  deleteObject(context, resource, { name: address });
}

/** An address that is still a Service's is there again; one that is nobody's may let a network go. */
function afterAddress(context: WriteContext, { type, stored }: Change): void {
  if (type !== 'DELETED') return;
  const { store } = context.cluster;
  const parent = digObject(stored.object, 'spec', 'parentRef');
  const service = store.find(services, digString(parent, 'namespace'), digString(parent, 'name'))?.object;
  const { name } = stored.object.metadata;
  if (service !== undefined && addressesOf(service).includes(name)) claim(context, name, service);
  if (store.offerOf(serviceNetworks) !== 'taken') return;
  for (const { object } of store.list(serviceNetworks))
    if (isDeleting(object)) settleNetwork(context, object);
}

function settleNetwork(context: WriteContext, network: KubeObject | undefined): void {
  if (network === undefined) return;
  const resource = context.catalog.get(serviceNetworks.group, serviceNetworks.plural);
  if (!isDeleting(network)) {
    if (!hasFinalizer(network, networkFinalizer))
      writeBack(context, resource, withFinalizer(network, networkFinalizer));
    else if (digArray(network, 'status', 'conditions').length === 0)
      putCondition(
        context,
        network,
        ready(context.world.clock.timestamp(), 'Kubernetes Service CIDR is ready'),
      );
    return;
  }
  if (!hasFinalizer(network, networkFinalizer)) return;
  if (!isUsed(context, network)) {
    writeBack(context, resource, withoutFinalizer(network, networkFinalizer));
    return;
  }
  const isTold = digArray(network, 'status', 'conditions').some(
    (one) => digString(one, 'status') === 'False',
  );
  if (isTold) return;
  putCondition(context, network, {
    type: 'Ready',
    status: 'False',
    lastTransitionTime: context.world.clock.timestamp(),
    reason: 'Terminating',
    message:
      'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
  });
}

function putCondition(context: WriteContext, network: KubeObject, condition: JsonObject): void {
  const status = { ...digObject(network, 'status'), conditions: [condition] };
  writeStatus(context, serviceNetworks, network, status);
}

/** Whether an address is in a network that is going, and in none that stays. */
function isUsed({ cluster: { store } }: WriteContext, network: KubeObject): boolean {
  const networks = store.list(serviceNetworks).map(({ object }) => object);
  const staying = rangesOf(networks.filter((one) => !isDeleting(one)));
  const going = rangesOf([network]);
  return store.list(serviceAddresses).some(({ object: { metadata } }) => {
    const family = isIPv6(metadata.name) ? 'ipv6' : 'ipv4';
    return going.check(metadata.name, family) && !staying.check(metadata.name, family);
  });
}

function rangesOf(networks: readonly KubeObject[]): BlockList {
  const ranges = new BlockList();
  for (const cidr of networks.flatMap((network) => digArray(network, 'spec', 'cidrs'))) {
    const [address = '', bits = ''] = typeof cidr === 'string' ? cidr.split('/') : [];
    if (bits !== '') ranges.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return ranges;
}
