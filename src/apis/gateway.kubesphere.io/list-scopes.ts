import { digArray, digString, type Json, type JsonObject } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import { labelMatcher } from '../../registry/label-selector.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { arrayReply } from '../../registry/entity-reply.js';
import { json } from '../../registry/reply.js';

const scopes = { group: 'gateway.kubesphere.io', plural: 'ingressclassscopes' };
const namespaces = { group: '', plural: 'namespaces' };
const serviceAnnotation = 'gateway.kubesphere.io/service-name';
const controlPlaneLabel = 'node-role.kubernetes.io/control-plane';

/**
 * `GET /namespaces/{namespace}/availableingressclassscopes`: those for all projects, those that name this one, those whose
 * selector selects it; each with the addresses and ports of its service. `null` when there are none.
 *
 * @see kubesphere/kubesphere pkg/kapis/gateway/v1alpha2/handler.go
 */
export function listScopes(context: RequestContext): Reply {
  const name = context.params['namespace'] ?? '';
  const { store } = context.cluster;
  const namespace = store.find(namespaces, undefined, name)?.object;
  const open = store
    .list(scopes)
    .map(({ object }) => object)
    .filter((scope) => isOpenTo(scope, name, namespace));
  if (open.length === 0) return json(null);
  return arrayReply(
    context,
    scopes,
    open.map((scope) => withStatus(context, scope)),
  );
}

function isOpenTo(scope: KubeObject, name: string, namespace: KubeObject | undefined): boolean {
  const named = digArray(scope, 'spec', 'scope', 'namespaces');
  const selector = digString(scope, 'spec', 'scope', 'namespaceSelector');
  if (named.length > 0) return named.includes(name);
  if (selector === '') return true;
  return namespace !== undefined && selects(selector, namespace);
}

/** A selector that cannot be read selects everything. */
function selects(selector: string, namespace: KubeObject): boolean {
  try {
    return labelMatcher(selector)?.(namespace) ?? true;
  } catch {
    return true;
  }
}

function withStatus({ cluster }: RequestContext, scope: KubeObject): KubeObject {
  const [namespace = '', name] = (annotation(scope, serviceAnnotation) ?? '').split(/\/(.*)/s);
  const service = cluster.store.find({ group: '', plural: 'services' }, namespace, name ?? '')?.object;
  if (name === undefined || service === undefined) return scope;
  const own = digArray(service, 'status', 'loadBalancer', 'ingress');
  const isReached = digString(service, 'spec', 'type') === 'LoadBalancer' || own.length > 0;
  const ingress: readonly Json[] = isReached
    ? own
    : controlPlaneAddresses(cluster.store.list({ group: '', plural: 'nodes' }).map(({ object }) => object));
  const loadBalancer: JsonObject = ingress.length === 0 ? {} : { ingress };
  return { ...scope, status: { loadBalancer, service: digArray(service, 'spec', 'ports') } };
}

function controlPlaneAddresses(nodes: readonly KubeObject[]): readonly JsonObject[] {
  return nodes
    .filter(({ metadata }) => metadata.labels?.[controlPlaneLabel] === '')
    .flatMap((node) => digArray(node, 'status', 'addresses'))
    .filter((address) => digString(address, 'type') === 'InternalIP')
    .map((address) => ({ ip: digString(address, 'address') }));
}
