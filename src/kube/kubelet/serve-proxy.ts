import { ApiError, badRequest, quote } from '../../core/api-error.js';
import { digArray, digString, isJsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Reply } from '../../registry/contract.js';
import type { KindRequest } from '../kind-request.js';
import { fakeAnswer, type PortPlace } from './fake-http.js';
import { endpointOf, servicePort } from './service-endpoint.js';
import { kubeletAnswer } from './kubelet-answers.js';

/** What stands before `/proxy` in the path: `[scheme:]name[:port]`. */
interface Named {
  readonly name: string;
  readonly port: string;
}

/**
 * Hands a request on to a server in a pod, behind a service, or to the kubelet of a node.
 *
 * @throws ApiError in the words of kube-apiserver
 * @see kubernetes/kubernetes pkg/registry/core/{pod,service,node}/strategy.go ResourceLocation
 */
export async function serveProxy(request: KindRequest): Promise<Reply> {
  const { context, path, kind } = request;
  const { plural } = kind.resource;
  const named = readName(path.name, plural);
  const { store } = context.cluster;
  const rest = `/${path.rest.join('/')}${path.rest.length > 0 && context.info.localPath.endsWith('/') ? '/' : ''}`;
  const target = plural === 'services' ? serviceTarget(request, named) : undefined;
  const object = store.get(kind.resource, path.namespace || undefined, named.name).object;
  const isBare = path.rest.length === 0 && !context.info.localPath.endsWith('/');
  if (isBare && (context.method === 'GET' || context.method === 'HEAD')) return addSlash(context.url);
  if (plural === 'nodes') return kubeletAnswer(context, object, rest);
  const pod = target?.pod ?? object;
  const port = target?.port ?? podPort(pod, named);
  const { name, namespace = '' } = pod.metadata;
  const place: PortPlace = { kind: 'pod', name: `${namespace}/${name}`, port };
  const script = context.world.containers.portFor(
    { cluster: context.cluster.name, namespace, pod: name },
    port,
  );
  const mark = context.url.indexOf('?');
  const line = `${context.method} ${rest}${mark === -1 ? '' : context.url.slice(mark)} HTTP/1.1`;
  if (script?.to !== undefined) {
    const { proxyToServer } = await import('./proxy-to-server.js');
    return proxyToServer(context, script.to, rest);
  }
  const { status, headers, body } = fakeAnswer(place, line, script);
  return { status, headers, body };
}

function readName(text: string, plural: string): Named {
  const parts = text.split(':');
  const [name = '', port = ''] = parts.length === 3 ? parts.slice(1) : parts;
  const schemeFits = parts.length < 3 || parts[0] === 'http' || parts[0] === 'https' || parts[0] === '';
  if (name !== '' && parts.length <= 3 && schemeFits) return { name, port };
  throw badRequest(`invalid ${plural.slice(0, -1)} request ${quote(text)}`);
}

function podPort(pod: KubeObject, { port }: Named): number {
  if (digString(pod, 'status', 'podIP') === '') throw badRequest('address not allowed');
  if (port !== '') return Number(port) || 80;
  for (const container of digArray(pod, 'spec', 'containers'))
    for (const each of digArray(container, 'ports')) {
      const found = isJsonObject(each) ? each['containerPort'] : undefined;
      if (typeof found === 'number') return found;
    }
  return 80;
}

/** A pod behind a service, and the port it listens on. @throws ApiError 503 when there is none */
function serviceTarget(
  { context, path, kind }: KindRequest,
  { name, port }: Named,
): { pod: KubeObject; port: number } {
  const { store } = context.cluster;
  const service = store.get(kind.resource, path.namespace, name).object;
  const chosen = servicePort(service, port);
  if (chosen === undefined)
    throw unavailable(`no service port ${quote(port)} found for service ${quote(name)}`);
  const target = endpointOf(store, service, chosen);
  if (target === undefined) throw unavailable(`no endpoints available for service ${quote(name)}`);
  return target;
}

function unavailable(message: string): ApiError {
  return new ApiError(503, 'ServiceUnavailable', message);
}

/** Relative links of a page only work below a slash. */
function addSlash(url: string): Reply {
  const mark = url.indexOf('?');
  const location = mark === -1 ? `${url}/` : `${url.slice(0, mark)}/${url.slice(mark)}`;
  return { status: 301, headers: { Location: location } };
}
