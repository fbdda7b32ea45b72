import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { isDeepStrictEqual } from 'node:util';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { selects } from '../../core/object-selector.js';
import { isDeleting, type QueuedController } from '../controller.js';
import { putSlices } from './endpoint-slices.js';
import { podIndex } from './pod-index.js';
import { isFinished, isReady, ownKey } from './pods.js';

const services = { group: '', plural: 'services' };
const endpoints = { group: '', plural: 'endpoints' };
/** Addresses an Endpoints object holds; the rest is in slices only. */
const mostAddresses = 1000;
const overCapacity = 'endpoints.kubernetes.io/over-capacity';

/**
 * Keeps Endpoints and EndpointSlices of every Service with a selector up to date with its pods.
 *
 * @see kubernetes/kubernetes pkg/controller/endpoint, pkg/controller/endpointslice
 */
export const endpointsController: QueuedController = {
  name: 'endpoints',
  watches: ['services.', 'pods.'],
  keysOf: ({ cluster }, change) => {
    if (change.resource.plural === 'services') return [ownKey(change)];
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
      if (store.find(endpoints, namespace, name) !== undefined) store.remove(endpoints, namespace, name);
      return;
    }
    const selector = digObject(service, 'spec', 'selector');
    if (isDeleting(service) || Object.keys(selector).length === 0) return;
    const pods = [...(podIndex(store).byNamespace.get(namespace)?.values() ?? [])]
      .filter((pod) => isSelected(service, pod) && digString(pod, 'status', 'podIP') !== '')
      .filter((pod) => !isFinished(pod))
      .sort((a, b) => byAddress(digString(a, 'status', 'podIP'), digString(b, 'status', 'podIP')));
    putEndpoints(
      context,
      service,
      pods.filter((pod) => !isDeleting(pod)),
    );
    const isPublished = dig(service, 'spec', 'publishNotReadyAddresses') === true;
    putSlices(
      context,
      service,
      pods.map((pod) => endpointOf(pod, isPublished)),
      portsOf(service, pods[0]).map((port) => ({ name: '', ...port })),
    );
  },
};

function isSelected(service: KubeObject, pod: KubeObject): boolean {
  const selector = digObject(service, 'spec', 'selector');
  return Object.keys(selector).length > 0 && selects({ matchLabels: selector }, pod.metadata.labels);
}

function byAddress(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** A service port as pods have it; `undefined` when its name is none of theirs. */
function targetOf(port: Json, pod: KubeObject | undefined): number | undefined {
  const target = dig(port, 'targetPort');
  if (typeof target === 'number') return target === 0 ? undefined : target;
  for (const container of digArray(pod, 'spec', 'containers')) {
    for (const own of digArray(container, 'ports')) {
      const number = dig(own, 'containerPort');
      if (digString(own, 'name') === target && typeof number === 'number') return number;
    }
  }
  return undefined;
}

function portsOf(service: KubeObject, pod: KubeObject | undefined): JsonObject[] {
  return digArray(service, 'spec', 'ports').flatMap((port) => {
    const number = targetOf(port, pod);
    if (number === undefined) return [];
    const name = digString(port, 'name');
    const protocol = digString(port, 'protocol') || 'TCP';
    return [{ ...(name !== '' && { name }), port: number, protocol }];
  });
}

function reference({ metadata }: KubeObject): JsonObject {
  const { namespace = '', name, uid = '' } = metadata;
  return { kind: 'Pod', namespace, name, uid };
}

function putEndpoints(context: WriteContext, service: KubeObject, pods: readonly KubeObject[]): void {
  const { store } = context.cluster;
  const { namespace = '', name, labels } = service.metadata;
  const addresses = (ready: boolean): JsonObject[] =>
    pods
      .filter((pod) => (isReady(pod) || dig(service, 'spec', 'publishNotReadyAddresses') === true) === ready)
      .map((pod) => ({
        ip: digString(pod, 'status', 'podIP'),
        nodeName: digString(pod, 'spec', 'nodeName'),
        targetRef: reference(pod),
      }));
  const up = addresses(true).slice(0, mostAddresses);
  const down = addresses(false).slice(0, mostAddresses - up.length);
  const isCut = pods.length > mostAddresses;
  const subset: JsonObject = {
    ...(up.length > 0 && { addresses: up }),
    ...(down.length > 0 && { notReadyAddresses: down }),
    ports: portsOf(service, pods[0]),
  };
  const subsets = pods.length > 0 ? { subsets: [subset] } : {};
  const isHeadless = digString(service, 'spec', 'clusterIP') === 'None';
  const own = {
    ...labels,
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    ...(isHeadless && { 'service.kubernetes.io/headless': '' }),
  };
  const before = store.find(endpoints, namespace, name)?.object;
  if (before === undefined) {
    createObject(context, context.catalog.get('', 'endpoints'), {
      metadata: {
        name,
        namespace,
        labels: own,
        ...(isCut && { annotations: { [overCapacity]: 'truncated' } }),
      },
      ...subsets,
    });
    return;
  }
  const { subsets: old, ...rest } = before;
  const { [overCapacity]: cut, ...noted } = before.metadata.annotations ?? {};
  const isSame = isDeepStrictEqual(old ?? [], subsets.subsets ?? []) && (cut !== undefined) === isCut;
  if (isSame) return;
  const { annotations: _, ...metadata } = before.metadata;
  const annotations = { ...noted, ...(isCut && { [overCapacity]: 'truncated' }) };
  const isNoted = Object.keys(annotations).length > 0;
  store.replace(endpoints, {
    ...rest,
    metadata: { ...metadata, ...(isNoted && { annotations }) },
    ...subsets,
  });
}

/** What EndpointSlices say of a pod. */
function endpointOf(pod: KubeObject, isPublished: boolean): JsonObject {
  const [serving, terminating] = [isReady(pod), isDeleting(pod)];
  const ready = isPublished || (serving && !terminating);
  return {
    addresses: [digString(pod, 'status', 'podIP')],
    conditions: { ready, serving, terminating },
    targetRef: reference(pod),
    nodeName: digString(pod, 'spec', 'nodeName'),
  };
}
