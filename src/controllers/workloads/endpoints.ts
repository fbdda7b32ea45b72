import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { selects } from '../../core/object-selector.js';
import { sameJson } from '../../core/same-json.js';
import type { Change } from '../../state/object-store.js';
import { isDeleting, type QueuedController, type WorkKey } from '../controller.js';
import { nodeResource } from '../nodes/node-condition.js';
import { nameLabel, putSlices, serviceLabels, sliceResource } from './endpoint-slices.js';
import { portGroups } from './service-ports.js';
import { podIndex } from './pod-index.js';
import { isFinished, isReady, ownKey } from './pods.js';
import { forgetTriggerTime, triggerTime, triggerTimeKey } from './trigger-time.js';

const services = { group: '', plural: 'services' };
const endpoints = { group: '', plural: 'endpoints' };
/** Addresses an Endpoints object holds; the rest is in slices only. */
const mostAddresses = 1000;
/** The first Kubernetes that marks the Endpoints it keeps. */
const firstMinorWithManager = 33;
const overCapacity = 'endpoints.kubernetes.io/over-capacity';

/**
 * Keeps Endpoints and EndpointSlices of every Service with a selector up to date with its pods.
 *
 * @see kubernetes/kubernetes pkg/controller/endpoint, pkg/controller/endpointslice
 */
export const endpointsController: QueuedController = {
  name: 'endpoints',
  watches: ['services.', 'pods.', 'endpoints.', 'endpointslices.discovery.k8s.io'],
  keysOf: ({ cluster }, change) => {
    const { plural } = change.resource;
    if (plural === 'services') return [ownKey(change)];
    // What somebody takes away is made again.
    if (plural === 'endpoints') return change.type === 'DELETED' ? [ownKey(change)] : [];
    if (plural === sliceResource.plural) return change.type === 'DELETED' ? serviceOf(change) : [];
    const { stored, previous } = change;
    const { namespace = '' } = stored.object.metadata;
    // A pod without address is in no Service, and was in none.
    if ([stored, previous].every((one) => digString(one?.object, 'status', 'podIP') === '')) return [];
    return cluster.store
      .list(services, namespace)
      .filter(({ object }) =>
        [stored, previous].some((pod) => pod !== undefined && isSelected(object, pod.object)),
      )
      .map(({ object }) => ({ namespace, name: object.metadata.name }));
  },
  settle: (context, { namespace, name }) => {
    const { store } = context.cluster;
    const service = store.find(services, namespace, name)?.object;
    if (service === undefined) {
      forgetTriggerTime(store, namespace, name);
      if (store.find(endpoints, namespace, name) !== undefined) store.remove(endpoints, namespace, name);
      return;
    }
    const selector = digObject(service, 'spec', 'selector');
    if (isDeleting(service) || Object.keys(selector).length === 0) return;
    if (digString(service, 'spec', 'type') === 'ExternalName') return;
    const selected = [...(podIndex(store).byNamespace.get(namespace)?.values() ?? [])].filter((pod) =>
      isSelected(service, pod),
    );
    const since = triggerTime(store, service, selected);
    const pods = selected
      .filter((pod) => digString(pod, 'status', 'podIP') !== '' && !isFinished(pod))
      .sort((a, b) => byAddress(digString(a, 'status', 'podIP'), digString(b, 'status', 'podIP')));
    putEndpoints(
      context,
      service,
      pods.filter((pod) => !isDeleting(pod)),
      since,
    );
    const isPublished = dig(service, 'spec', 'publishNotReadyAddresses') === true;
    putSlices(
      context,
      service,
      portGroups(service, pods).map((group) => ({
        ports: group.ports.map((port) => ({ name: '', ...port })),
        endpoints: group.pods.map((pod) => endpointOf(context, service, pod, isPublished)),
      })),
      since,
    );
  },
};

/** The Service an EndpointSlice is kept for. */
function serviceOf({ stored: { object } }: Change): readonly WorkKey[] {
  const name = label(object, nameLabel);
  return name === undefined ? [] : [{ namespace: object.metadata.namespace ?? '', name }];
}

function isSelected(service: KubeObject, pod: KubeObject): boolean {
  const selector = digObject(service, 'spec', 'selector');
  return Object.keys(selector).length > 0 && selects({ matchLabels: selector }, pod.metadata.labels);
}

function byAddress(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function reference({ metadata }: KubeObject): JsonObject {
  const { namespace = '', name, uid = '' } = metadata;
  return { kind: 'Pod', namespace, name, uid };
}

/** The name of a pod below that of a Service; empty for one that asks for none. */
function hostnameOf(service: KubeObject, pod: KubeObject): string {
  const isOfService = digString(pod, 'spec', 'subdomain') === service.metadata.name;
  return isOfService ? digString(pod, 'spec', 'hostname') : '';
}

function addressOf(service: KubeObject, pod: KubeObject): JsonObject {
  const [hostname, nodeName] = [hostnameOf(service, pod), digString(pod, 'spec', 'nodeName')];
  return {
    ip: digString(pod, 'status', 'podIP'),
    ...(hostname !== '' && { hostname }),
    ...(nodeName !== '' && { nodeName }),
    targetRef: reference(pod),
  };
}

/** One subset per set of port numbers; a pod without any of the ports is in none. */
function subsetsOf(service: KubeObject, pods: readonly KubeObject[]): JsonObject[] {
  const isPublished = dig(service, 'spec', 'publishNotReadyAddresses') === true;
  const isUp = (pod: KubeObject): boolean => isPublished || isReady(pod);
  const hasPorts = digArray(service, 'spec', 'ports').length > 0;
  let room = mostAddresses;
  const take = (some: readonly KubeObject[]): JsonObject[] => {
    const taken = some.slice(0, room);
    room -= taken.length;
    return taken.map((pod) => addressOf(service, pod));
  };
  const groups = portGroups(service, pods).filter(({ ports }) => !hasPorts || ports.length > 0);
  const ready = groups.map((group) => take(group.pods.filter(isUp)));
  return groups.flatMap(({ ports, pods: members }, at): JsonObject[] => {
    const up = ready[at] ?? [];
    const down = take(members.filter((pod) => !isUp(pod)));
    if (up.length + down.length === 0) return [];
    return [
      {
        ...(up.length > 0 && { addresses: up }),
        ...(down.length > 0 && { notReadyAddresses: down }),
        ...(ports.length > 0 && { ports }),
      },
    ];
  });
}

function putEndpoints(
  context: WriteContext,
  service: KubeObject,
  pods: readonly KubeObject[],
  since: string | undefined,
): void {
  const { store } = context.cluster;
  const { namespace = '', name } = service.metadata;
  const subsets = subsetsOf(service, pods);
  const isCut = pods.length > mostAddresses;
  const labels = {
    ...serviceLabels(service),
    ...(minorOf(context.world.settings.kubernetesVersion) >= firstMinorWithManager && {
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    }),
  };
  const isLabelled = Object.keys(labels).length > 0;
  const said = {
    ...(since !== undefined && { [triggerTimeKey]: since }),
    ...(isCut && { [overCapacity]: 'truncated' }),
  };
  const before = store.find(endpoints, namespace, name)?.object;
  if (before === undefined) {
    createObject(context, context.catalog.get('', 'endpoints'), {
      metadata: {
        name,
        namespace,
        ...(isLabelled && { labels }),
        ...(Object.keys(said).length > 0 && { annotations: said }),
      },
      ...(subsets.length > 0 && { subsets }),
    });
    return;
  }
  const { subsets: old, ...rest } = before;
  const { [overCapacity]: cut, [triggerTimeKey]: _since, ...noted } = before.metadata.annotations ?? {};
  const isSame =
    sameJson(old ?? [], subsets) &&
    sameJson(before.metadata.labels ?? {}, labels) &&
    (cut !== undefined) === isCut;
  if (isSame) return;
  const { annotations: _, labels: __, ...metadata } = before.metadata;
  const annotations = { ...noted, ...said };
  const isNoted = Object.keys(annotations).length > 0;
  store.replace(endpoints, {
    ...rest,
    metadata: { ...metadata, ...(isLabelled && { labels }), ...(isNoted && { annotations }) },
    ...(subsets.length > 0 && { subsets }),
  });
}

/** What EndpointSlices say of a pod. */
function endpointOf(
  { cluster }: WriteContext,
  service: KubeObject,
  pod: KubeObject,
  isPublished: boolean,
): JsonObject {
  const [serving, terminating] = [isReady(pod), isDeleting(pod)];
  const ready = isPublished || (serving && !terminating);
  const [hostname, nodeName] = [hostnameOf(service, pod), digString(pod, 'spec', 'nodeName')];
  const node = cluster.store.find(nodeResource, undefined, nodeName)?.object;
  const zone = node && label(node, 'topology.kubernetes.io/zone');
  return {
    addresses: [digString(pod, 'status', 'podIP')],
    conditions: { ready, serving, terminating },
    ...(hostname !== '' && { hostname }),
    targetRef: reference(pod),
    ...(nodeName !== '' && { nodeName }),
    ...(zone !== undefined && { zone }),
  };
}
