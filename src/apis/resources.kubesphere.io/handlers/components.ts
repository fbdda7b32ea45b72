import { ApiError, notFound } from '../../../core/api-error.js';
import { dig, digArray, digObject, digString, type JsonObject } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import type { ObjectStore } from '../../../state/object-store.js';

const services = { group: '', plural: 'services' };
const pods = { group: '', plural: 'pods' };
const nodes = { group: '', plural: 'nodes' };

const systemNamespaces: readonly string[] = ['kubesphere-system', 'kube-system'];
const systemNamespacesOf3: readonly string[] = [
  'kubesphere-system',
  'kubesphere-logging-system',
  'kubesphere-monitoring-system',
  'openpitrix-system',
  'kube-system',
  'istio-system',
  'kubesphere-devops-system',
  'porter-system',
];

/** `GET /components`: the services KubeSphere is made of, with how many of their pods are well. */
export function listComponents(context: RequestContext): Reply {
  return json(components(context));
}

/** `GET /components/{component}`. @throws ApiError 500 for one there is not */
export function getComponent({ cluster, release, params }: RequestContext): Reply {
  const { component = '' } = params;
  const service = namespacesOf(release.name)
    .map((namespace) => cluster.store.find(services, namespace, component))
    .find((found) => found !== undefined)?.object;
  if (service === undefined && inRange(release.name, { until: 'v3.4' })) {
    throw new ApiError(500, 'InternalError', notFound({ group: '', plural: 'service' }, component).message);
  }
  if (service === undefined || selectorOf(service).length === 0) {
    throw new ApiError(500, 'InternalError', `component ${component} has no selector`);
  }
  return json(statusOf(service, cluster.store));
}

/** `GET /componenthealth`: the same list, and how many nodes are ready. */
export function componentHealth(context: RequestContext): Reply {
  const all = context.cluster.store.list(nodes);
  const ready = all.filter(({ object }) => isTrue(object, 'Ready'));
  return json({
    kubesphereStatus: components(context),
    nodeStatus: { totalNodes: all.length, healthyNodes: ready.length },
  });
}

function components({ cluster, release }: RequestContext): JsonObject[] {
  return namespacesOf(release.name)
    .flatMap((namespace) => cluster.store.list(services, namespace))
    .filter(({ object }) => selectorOf(object).length > 0)
    .map(({ object }) => statusOf(object, cluster.store));
}

function namespacesOf(release: ReleaseName): readonly string[] {
  return inRange(release, { since: 'v4.1' }) ? systemNamespaces : systemNamespacesOf3;
}

function selectorOf(service: KubeObject): [key: string, value: unknown][] {
  return Object.entries(digObject(service, 'spec', 'selector'));
}

function statusOf(service: KubeObject, store: ObjectStore): JsonObject {
  const { name, namespace = '', creationTimestamp, selfLink } = service.metadata;
  const selector = selectorOf(service);
  const backends = store
    .list(pods, namespace)
    .filter(({ object }) => selector.every(([key, value]) => label(object, key) === value));
  return {
    name,
    namespace,
    selfLink: typeof selfLink === 'string' ? selfLink : '',
    label: Object.fromEntries(selector.sort(([a], [b]) => (a < b ? -1 : 1)) as [string, string][]),
    startedAt: creationTimestamp ?? null,
    totalBackends: backends.length,
    healthyBackends: backends.filter(({ object }) => isHealthy(object)).length,
  };
}

/** Running, with every container ready. */
function isHealthy(pod: KubeObject): boolean {
  return (
    digString(pod, 'status', 'phase') === 'Running' &&
    digArray(pod, 'status', 'containerStatuses').every((container) => dig(container, 'ready') === true)
  );
}

function isTrue(object: KubeObject, type: string): boolean {
  return digArray(object, 'status', 'conditions').some(
    (condition) => digString(condition, 'type') === type && digString(condition, 'status') === 'True',
  );
}
