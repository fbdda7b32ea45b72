import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { isDeepStrictEqual } from 'node:util';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { selects } from '../../core/object-selector.js';
import { controllerReference } from '../builtin-roles.js';
import { isDeleting, type QueuedController } from '../controller.js';
import { controlledBy } from '../dependents.js';
import { podIndex } from './pod-index.js';
import { isFinished, isReady, ownKey } from './pods.js';

const services = { group: '', plural: 'services' };
const endpoints = { group: '', plural: 'endpoints' };
const slices = { group: 'discovery.k8s.io', plural: 'endpointslices' };
const nameLabel = 'kubernetes.io/service-name';
const sliceManager = 'endpointslice-controller.k8s.io';

/**
 * Keeps Endpoints and an EndpointSlice of every Service with a selector up to date with its pods.
 *
 * Differs from Kubernetes: one slice holds all addresses, however many there are.
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
    putSlice(context, service, pods);
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
  const [up, down] = [addresses(true), addresses(false)];
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
      metadata: { name, namespace, labels: own },
      ...subsets,
    });
    return;
  }
  const { subsets: old, ...rest } = before;
  if (!isDeepStrictEqual(old ?? [], subsets.subsets ?? [])) store.replace(endpoints, { ...rest, ...subsets });
}

function putSlice(context: WriteContext, service: KubeObject, pods: readonly KubeObject[]): void {
  const { store } = context.cluster;
  const resource = context.catalog.byPlural(slices.group, slices.plural);
  if (resource === undefined) return;
  const { namespace = '', name, labels } = service.metadata;
  const isPublished = dig(service, 'spec', 'publishNotReadyAddresses') === true;
  const content: JsonObject = {
    addressType: 'IPv4',
    endpoints: pods.map((pod) => {
      const [serving, terminating] = [isReady(pod), isDeleting(pod)];
      const ready = isPublished || (serving && !terminating);
      return {
        addresses: [digString(pod, 'status', 'podIP')],
        conditions: { ready, serving, terminating },
        targetRef: reference(pod),
        nodeName: digString(pod, 'spec', 'nodeName'),
      };
    }),
    ports: portsOf(service, pods[0]).map((port) => ({ name: '', ...port })),
  };
  const before = controlledBy(store, service, slices).find(
    (slice) => label(slice, 'endpointslice.kubernetes.io/managed-by') === sliceManager,
  );
  if (before === undefined) {
    createObject(context, resource, {
      apiVersion: 'discovery.k8s.io/v1',
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels: {
          ...labels,
          'endpointslice.kubernetes.io/managed-by': sliceManager,
          [nameLabel]: name,
        },
        ownerReferences: [controllerReference(service)],
      },
      ...content,
    });
    return;
  }
  const { endpoints: old, ports, addressType } = before;
  if (isDeepStrictEqual({ addressType, endpoints: old, ports }, content)) return;
  const generation = (before.metadata.generation ?? 1) + 1;
  store.replace(slices, { ...before, ...content, metadata: { ...before.metadata, generation } });
}
