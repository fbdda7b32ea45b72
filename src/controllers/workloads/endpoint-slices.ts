import { digArray, digString, type Json, type JsonObject } from '../../core/json.js';
import { controllerReference, type KubeObject, label } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { keyOf } from '../controller.js';
import { controlledBy } from '../dependents.js';
import { triggerTimeKey } from './trigger-time.js';

/** The resource of EndpointSlices. */
export const sliceResource = { group: 'discovery.k8s.io', plural: 'endpointslices' };
/** Label of a slice that names its Service. */
export const nameLabel = 'kubernetes.io/service-name';
/** Label of a slice that names who keeps it. */
export const managedBy = 'endpointslice.kubernetes.io/managed-by';
const sliceManager = 'endpointslice-controller.k8s.io';
/** Addresses one slice holds. */
const mostPerSlice = 100;

/** Addresses that have the same ports. */
export interface EndpointGroup {
  readonly ports: readonly JsonObject[];
  readonly endpoints: readonly JsonObject[];
}

/** A slice as it is and as it is to be. */
interface Packing {
  /** Absent: it is to be made. */
  readonly slice?: KubeObject;
  readonly endpoints: JsonObject[];
  isChanged: boolean;
}

/** Labels of a Service as what is made of it has them. */
export function serviceLabels(service: KubeObject): Readonly<Record<string, string>> {
  const isHeadless = digString(service, 'spec', 'clusterIP') === 'None';
  return { ...service.metadata.labels, ...(isHeadless && { 'service.kubernetes.io/headless': '' }) };
}

/**
 * Keeps the EndpointSlices of a Service: addresses stay in the slice they are in, new ones go where there is room, and
 * as few slices change as can be.
 *
 * @param since What brought this about: RFC 3339.
 * @see kubernetes/endpointslice reconciler.go reconcileByPortMapping
 */
export function putSlices(
  context: WriteContext,
  service: KubeObject,
  groups: readonly EndpointGroup[],
  since: string | undefined,
): void {
  const resource = context.catalog.byPlural(sliceResource.group, sliceResource.plural);
  if (resource === undefined) return;
  const own = controlledBy(context.cluster.store, service, sliceResource).filter(
    (slice) => label(slice, managedBy) === sliceManager,
  );
  const spare = new Set(own);
  const wanted: { readonly packing: Packing; readonly ports: readonly JsonObject[] }[] = [];
  for (const { ports, endpoints } of groups) {
    const fitting = own.filter((slice) => sameJson(digArray(slice, 'ports'), ports));
    for (const packing of pack(fitting, endpoints)) {
      if (packing.endpoints.length === 0) continue;
      if (packing.slice !== undefined) spare.delete(packing.slice);
      wanted.push({ packing, ports });
    }
  }
  // A Service without addresses has one slice that says so.
  if (wanted.length === 0) wanted.push({ packing: { endpoints: [], isChanged: true }, ports: [] });
  for (const { packing, ports } of wanted) {
    // Slices that would go are written anew before others are made.
    const [free] = packing.slice === undefined ? spare : [];
    if (free !== undefined) spare.delete(free);
    const target = free === undefined ? packing : { ...packing, slice: free };
    write(context, resource, service, target, { ports, since });
  }
  for (const slice of spare) deleteObject(context, resource, keyOf(slice));
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
    return { slice, endpoints: stay, isChanged: !sameJson(before, stay) };
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
  { ports, since }: { readonly ports: readonly JsonObject[]; readonly since: string | undefined },
): void {
  const { namespace = '', name } = service.metadata;
  const labels = { ...serviceLabels(service), [managedBy]: sliceManager, [nameLabel]: name };
  // Go's empty lists are written so.
  const content = {
    addressType: 'IPv4',
    endpoints: endpoints.length > 0 ? endpoints : null,
    ports: ports.length > 0 ? ports : null,
  };
  const said = { ...(since !== undefined && { [triggerTimeKey]: since }) };
  if (slice === undefined) {
    createObject(context, resource, {
      apiVersion: 'discovery.k8s.io/v1',
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels,
        ...(since !== undefined && { annotations: said }),
        ownerReferences: [controllerReference(service)],
      },
      ...content,
    });
    return;
  }
  const { endpoints: old = null, ports: oldPorts = null } = slice;
  const before = { endpoints: isEmpty(old) ? null : old, ports: isEmpty(oldPorts) ? null : oldPorts };
  const { endpoints: fresh, ports: freshPorts } = content;
  const isSame = sameJson(before, { endpoints: fresh, ports: freshPorts });
  if (isSame && sameJson(slice.metadata.labels ?? {}, labels)) return;
  const generation = (slice.metadata.generation ?? 1) + 1;
  const { annotations: noted, ...metadata } = slice.metadata;
  const { [triggerTimeKey]: _since, ...kept } = noted ?? {};
  const annotations = { ...kept, ...said };
  const isNoted = Object.keys(annotations).length > 0;
  context.cluster.store.replace(sliceResource, {
    ...slice,
    ...content,
    metadata: { ...metadata, labels, ...(isNoted && { annotations }), generation },
  });
}

function isEmpty(list: Json): boolean {
  return Array.isArray(list) && list.length === 0;
}
