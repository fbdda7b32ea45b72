import { isDeepStrictEqual } from 'node:util';
import { digArray, digString, type Json, type JsonObject } from '../../core/json.js';
import { controllerReference, type KubeObject, label } from '../../core/kube-object.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { keyOf } from '../controller.js';
import { controlledBy } from '../dependents.js';

const slices = { group: 'discovery.k8s.io', plural: 'endpointslices' };
const nameLabel = 'kubernetes.io/service-name';
const managedBy = 'endpointslice.kubernetes.io/managed-by';
const sliceManager = 'endpointslice-controller.k8s.io';
/** Addresses one slice holds. */
const mostPerSlice = 100;

/** A slice as it is and as it is to be. */
interface Packing {
  /** Absent: it is to be made. */
  readonly slice?: KubeObject;
  readonly endpoints: JsonObject[];
  isChanged: boolean;
}

/**
 * Keeps the EndpointSlices of a Service: addresses stay in the slice they are in, new ones go where there is room, and
 * as few slices change as can be.
 *
 * @see kubernetes/endpointslice reconciler.go reconcileByPortMapping
 */
export function putSlices(
  context: WriteContext,
  service: KubeObject,
  endpoints: readonly JsonObject[],
  ports: readonly JsonObject[],
): void {
  const resource = context.catalog.byPlural(slices.group, slices.plural);
  if (resource === undefined) return;
  const own = controlledBy(context.cluster.store, service, slices).filter(
    (slice) => label(slice, managedBy) === sliceManager,
  );
  const packed = pack(own, endpoints);
  const filled = packed.filter((one) => one.endpoints.length > 0);
  // A Service without addresses has one slice that says so.
  const kept = filled.length > 0 ? filled : packed.slice(0, 1);
  for (const one of kept.length > 0 ? kept : [{ endpoints: [], isChanged: true }])
    write(context, resource, service, one, ports);
  for (const { slice } of packed.filter((one) => !kept.includes(one)))
    if (slice !== undefined) deleteObject(context, resource, keyOf(slice));
}

function idOf(endpoint: Json): string {
  return digString(endpoint, 'targetRef', 'uid') || JSON.stringify(digArray(endpoint, 'addresses'));
}

function pack(own: readonly KubeObject[], endpoints: readonly JsonObject[]): readonly Packing[] {
  const wanted = new Map(endpoints.map((endpoint) => [idOf(endpoint), endpoint]));
  const packed = own.map((slice): Packing => {
    const before = digArray(slice, 'endpoints');
    const stay: JsonObject[] = [];
    for (const old of before) {
      const next = wanted.get(idOf(old));
      if (next === undefined || stay.length >= mostPerSlice) continue;
      wanted.delete(idOf(old));
      stay.push(next);
    }
    return { slice, endpoints: stay, isChanged: !isDeepStrictEqual(before, stay) };
  });
  const rest = [...wanted.values()];
  const room = ({ endpoints: held }: Packing): number => mostPerSlice - held.length;
  for (const one of packed.filter(({ isChanged }) => isChanged))
    one.endpoints.push(...rest.splice(0, room(one)));
  const fitting = packed
    .filter((one) => !one.isChanged && rest.length > 0 && room(one) >= rest.length)
    .sort((a, b) => room(a) - room(b))[0];
  if (fitting !== undefined) {
    fitting.endpoints.push(...rest.splice(0));
    fitting.isChanged = true;
  }
  const added: Packing[] = [];
  while (rest.length > 0) added.push({ endpoints: rest.splice(0, mostPerSlice), isChanged: true });
  return [...packed, ...added];
}

function write(
  context: WriteContext,
  resource: Resource,
  service: KubeObject,
  { slice, endpoints }: Packing,
  ports: readonly JsonObject[],
): void {
  const { namespace = '', name, labels } = service.metadata;
  const content = { addressType: 'IPv4', endpoints, ports };
  if (slice === undefined) {
    createObject(context, resource, {
      apiVersion: 'discovery.k8s.io/v1',
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels: { ...labels, [managedBy]: sliceManager, [nameLabel]: name },
        ownerReferences: [controllerReference(service)],
      },
      ...content,
    });
    return;
  }
  const { endpoints: old, ports: oldPorts, addressType } = slice;
  if (isDeepStrictEqual({ addressType, endpoints: old, ports: oldPorts }, content)) return;
  const generation = (slice.metadata.generation ?? 1) + 1;
  context.cluster.store.replace(slices, {
    ...slice,
    ...content,
    metadata: { ...slice.metadata, generation },
  });
}
