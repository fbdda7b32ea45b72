import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { annotation, controllerReference, label, type KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { isDeleting, keyOf, type QueuedController } from '../controller.js';
import { isApiServerService } from '../network/kubernetes-service.js';
import { managedBy, nameLabel, sliceResource } from './endpoint-slices.js';
import { ownKey } from './pods.js';
import { triggerTimeKey } from './trigger-time.js';

const services = { group: '', plural: 'services' };
const endpointsResource = { group: '', plural: 'endpoints' };
const manager = 'endpointslicemirroring-controller.k8s.io';
/** Addresses of a subset that are mirrored. */
const mostPerSubset = 1000;
/** Annotations that stay with the Endpoints. */
const unshared = new Set([triggerTimeKey, 'kubectl.kubernetes.io/last-applied-configuration']);

/**
 * Makes EndpointSlices of Endpoints somebody wrote by hand, for Services without a selector.
 *
 * @see kubernetes/kubernetes pkg/controller/endpointslicemirroring
 */
export const endpointSliceMirror: QueuedController = {
  name: 'endpointslice-mirroring',
  watches: ['services.', 'endpoints.'],
  keysOf: (_context, change) => [ownKey(change)],
  settle: (context, { namespace, name }) => {
    const { store } = context.cluster;
    const resource = context.catalog.byPlural(sliceResource.group, sliceResource.plural);
    if (resource === undefined) return;
    const endpoints = store.find(endpointsResource, namespace, name)?.object;
    const service = store.find(services, namespace, name)?.object;
    const wanted = endpoints !== undefined && isMirrored(endpoints, service) ? slicesOf(endpoints) : [];
    const known = store
      .list(sliceResource, namespace)
      .map(({ object }) => object)
      .filter((slice) => label(slice, managedBy) === manager && label(slice, nameLabel) === name);
    for (const [at, content] of wanted.entries()) {
      const before = known[at];
      if (endpoints !== undefined) put(context, endpoints, content, before);
    }
    for (const slice of known.slice(wanted.length)) deleteObject(context, resource, keyOf(slice));
  },
};

function isMirrored(endpoints: KubeObject, service: KubeObject | undefined): boolean {
  if (isApiServerService(endpoints)) return false;
  if (service === undefined || Object.keys(digObject(service, 'spec', 'selector')).length > 0) return false;
  if (isDeleting(endpoints) || label(endpoints, 'endpointslice.kubernetes.io/skip-mirror') === 'true')
    return false;
  return annotation(endpoints, 'control-plane.alpha.kubernetes.io/leader') === undefined;
}

/** What the slices of Endpoints hold: one per subset and sort of address. */
function slicesOf(endpoints: KubeObject): readonly JsonObject[] {
  return digArray(endpoints, 'subsets').flatMap((subset) => {
    const all = [
      ...digArray(subset, 'addresses').map((one) => endpointOf(one, true)),
      ...digArray(subset, 'notReadyAddresses').map((one) => endpointOf(one, false)),
    ].slice(0, mostPerSubset);
    const ports = digArray(subset, 'ports').flatMap((port) =>
      isJsonObject(port) ? [{ name: '', protocol: 'TCP', ...port }] : [],
    );
    const isSixth = (one: JsonObject): boolean => JSON.stringify(one['addresses']).includes(':');
    return (['IPv4', 'IPv6'] as const).flatMap((addressType): JsonObject[] => {
      const fitting = all.filter((one) => isSixth(one) === (addressType === 'IPv6'));
      if (fitting.length === 0) return [];
      return [{ addressType, endpoints: fitting, ports: ports.length > 0 ? ports : null }];
    });
  });
}

function endpointOf(address: Json, ready: boolean): JsonObject {
  const [hostname, nodeName] = [digString(address, 'hostname'), digString(address, 'nodeName')];
  const target = digObject(address, 'targetRef');
  return {
    addresses: [digString(address, 'ip')],
    conditions: { ready },
    ...(hostname !== '' && { hostname }),
    ...(Object.keys(target).length > 0 && { targetRef: target }),
    ...(nodeName !== '' && { nodeName }),
  };
}

function put(
  context: WriteContext,
  endpoints: KubeObject,
  content: JsonObject,
  before: KubeObject | undefined,
): void {
  const { name, namespace = '' } = endpoints.metadata;
  const labels = { ...endpoints.metadata.labels, [nameLabel]: name, [managedBy]: manager };
  const shared = Object.entries(endpoints.metadata.annotations ?? {}).filter(([key]) => !unshared.has(key));
  const annotations = Object.fromEntries(shared);
  const noted = shared.length > 0 ? { annotations } : {};
  if (before === undefined || before['addressType'] !== content['addressType']) {
    const resource = context.catalog.get(sliceResource.group, sliceResource.plural);
    if (before !== undefined) deleteObject(context, resource, keyOf(before));
    createObject(context, resource, {
      apiVersion: 'discovery.k8s.io/v1',
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels,
        ...noted,
        ownerReferences: [controllerReference(endpoints)],
      },
      ...content,
    });
    return;
  }
  const old = { endpoints: before['endpoints'], ports: before['ports'] };
  const isSame =
    sameJson(old, { endpoints: content['endpoints'], ports: content['ports'] }) &&
    sameJson(before.metadata.labels ?? {}, labels) &&
    sameJson(before.metadata.annotations ?? {}, annotations);
  if (isSame) return;
  const { annotations: _, ...metadata } = before.metadata;
  const generation = (metadata.generation ?? 1) + 1;
  context.cluster.store.replace(sliceResource, {
    ...before,
    ...content,
    metadata: { ...metadata, labels, ...noted, generation },
  });
}
