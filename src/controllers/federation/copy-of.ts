import { ApiError } from '../../core/api-error.js';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { applyJsonPatch, readJsonPatch } from '../../core/json-patch.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { FederatedKind } from '../../core/federated-kinds.js';

/** Says of an object in a cluster whether it is a copy: `true`, or one nobody may take over: `false`. */
export const managedLabel = 'kubefed.io/managed';

/**
 * What a federated object wants in a cluster: its template with that cluster's overrides.
 *
 * @throws ApiError for overrides that do not fit
 * @see kubernetes-sigs/kubefed pkg/controller/sync/resource.go
 */
export function copyOf(
  federated: KubeObject,
  { namespaced, target }: FederatedKind,
  cluster: string,
): JsonObject {
  const { name, namespace } = federated.metadata;
  const { metadata, ...template } = digObject(federated, 'spec', 'template');
  const { finalizers: _, ownerReferences: __, ...given } = isJsonObject(metadata) ? metadata : {};
  const isNamespace = target.group === '' && target.plural === 'namespaces';
  const placed = namespaced && !isNamespace ? { namespace: namespace ?? '' } : {};
  const plain: JsonObject = { ...template, metadata: { ...given, name, ...placed } };
  const overrides = overridesFor(federated, cluster);
  const patched = overrides.length === 0 ? plain : applyJsonPatch(plain, readJsonPatch(overrides));
  if (!isJsonObject(patched)) throw new ApiError(422, 'Invalid', 'an override left no object');
  const labels = { ...digObject(patched, 'metadata', 'labels'), [managedLabel]: 'true' };
  return { ...patched, metadata: { ...digObject(patched, 'metadata'), labels } };
}

function overridesFor(federated: KubeObject, cluster: string): Json[] {
  return digArray(federated, 'spec', 'overrides')
    .filter((one) => digString(one, 'clusterName') === cluster)
    .flatMap((one) => digArray(one, 'clusterOverrides'))
    .map((one) => ({ ...digObject(one), op: digString(one, 'op') || 'replace' }));
}

/**
 * A copy that is there with what is wanted of it: what its cluster decides stays.
 *
 * Differs from KubeSphere: labels its cluster has put on it stay, too, and so does a status.
 *
 * @see kubernetes-sigs/kubefed pkg/controller/sync/dispatch/retain.go
 */
export function withWanted(
  there: KubeObject,
  wanted: JsonObject,
  federated: KubeObject,
  kind: FederatedKind,
): KubeObject {
  const { metadata, status: _, apiVersion: __, kind: ___, ...members } = wanted;
  const merged = (key: 'labels' | 'annotations'): JsonObject => ({
    ...there.metadata[key],
    ...digObject(metadata, key),
  });
  const annotations = merged('annotations');
  const stays = [
    'kind',
    'apiVersion',
    'metadata',
    'status',
    ...(members['spec'] === undefined ? ['spec'] : []),
  ];
  return {
    ...Object.fromEntries(Object.entries(there).filter(([key]) => stays.includes(key))),
    ...members,
    ...retained(there, members, federated, kind),
    metadata: {
      ...there.metadata,
      labels: merged('labels'),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
  } as unknown as KubeObject;
}

function retained(
  there: KubeObject,
  members: JsonObject,
  federated: KubeObject,
  { target }: FederatedKind,
): JsonObject {
  const spec = digObject(members, 'spec');
  const known = digObject(there, 'spec');
  const keep = (...keys: readonly string[]): JsonObject => ({
    spec: {
      ...spec,
      ...Object.fromEntries(keys.flatMap((key) => (known[key] === undefined ? [] : [[key, known[key]]]))),
    },
  });
  switch (target.plural) {
    case 'services':
      return {
        spec: {
          ...digObject(keep('clusterIP', 'clusterIPs', 'healthCheckNodePort'), 'spec'),
          ports: ports(spec, known),
        },
      };
    case 'persistentvolumeclaims':
      return keep('volumeName', 'storageClassName');
    case 'jobs':
      return keep('selector', 'template');
    case 'serviceaccounts':
      return there['secrets'] === undefined ? {} : { secrets: there['secrets'] };
    case 'deployments':
    case 'replicasets':
    case 'statefulsets':
      return digObject(federated, 'spec')['retainReplicas'] === true ? keep('replicas') : {};
    default:
      return {};
  }
}

/** Ports of a Service with the node ports that were picked for them. */
function ports(spec: JsonObject, known: JsonObject): Json[] {
  const keyOf = (port: Json): string =>
    `${digString(port, 'protocol') || 'TCP'} ${JSON.stringify(digObject(port)['port'])}`;
  const picked = new Map(digArray(known, 'ports').map((port) => [keyOf(port), digObject(port)['nodePort']]));
  return digArray(spec, 'ports').map((port): Json => {
    const nodePort = picked.get(keyOf(port));
    return nodePort === undefined ? port : { nodePort, ...digObject(port) };
  });
}
