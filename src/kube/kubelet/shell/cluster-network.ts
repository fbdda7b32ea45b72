import { digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { fakeAnswer, type FakeAnswer } from '../fake-http.js';
import { endpointOf, servicePort, type PodEndpoint } from '../service-endpoint.js';
import type { Machine } from './machine.js';

const pods = { group: '', plural: 'pods' };
const services = { group: '', plural: 'services' };

/** What became of a request inside the cluster. */
export type Reached =
  | { readonly kind: 'answer'; readonly address: string; readonly answer: FakeAnswer }
  /** Nobody listens there. */
  | { readonly kind: 'refused'; readonly address: string }
  /** No such name. */
  | { readonly kind: 'unknown' };

/** An URL as programs take it, `http://` left out or not. */
export function readUrl(text: string): URL | undefined {
  const whole = /^[a-z]+:\/\//.test(text) ? text : `http://${text}`;
  return URL.canParse(whole) ? new URL(whole) : undefined;
}

/**
 * Asks a server of the cluster, by the name or address of a service or pod. What answers is what answers port-forward and
 * proxy; there is nothing outside of the cluster.
 */
export function reach(machine: Machine, method: string, url: URL): Reached {
  const { world, cluster } = machine.context;
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const found = targetOf(machine, url.hostname, port);
  if (found === undefined) return { kind: 'unknown' };
  const { address, endpoint } = found;
  if (endpoint === undefined) return { kind: 'refused', address };
  const { name, namespace = '' } = endpoint.pod.metadata;
  const script = world.containers.portFor({ cluster: cluster.name, namespace, pod: name }, endpoint.port);
  if (script?.to !== undefined) return { kind: 'refused', address };
  const place = { kind: 'pod', name: `${namespace}/${name}`, port: endpoint.port };
  const line = `${method} ${url.pathname}${url.search} HTTP/1.1`;
  return { kind: 'answer', address, answer: fakeAnswer(place, line, script) };
}

function targetOf(
  { context: { cluster }, pod }: Machine,
  host: string,
  port: number,
): { readonly address: string; readonly endpoint: PodEndpoint | undefined } | undefined {
  const { store } = cluster;
  if (host === 'localhost' || host === '127.0.0.1') return { address: '127.0.0.1', endpoint: { pod, port } };
  const behind = (service: KubeObject): ReturnType<typeof targetOf> => {
    const chosen = servicePort(service, String(port));
    const endpoint = chosen && endpointOf(store, service, chosen);
    const address = digString(service, 'spec', 'clusterIP');
    const isHeadless = address === '' || address === 'None';
    return { address: isHeadless ? digString(endpoint?.pod, 'status', 'podIP') : address, endpoint };
  };
  if (/^[\d.]+$/.test(host)) {
    const direct = store.list(pods).find(({ object }) => digString(object, 'status', 'podIP') === host);
    if (direct !== undefined) return { address: host, endpoint: { pod: direct.object, port } };
    const service = store
      .list(services)
      .find(({ object }) => digString(object, 'spec', 'clusterIP') === host);
    return service === undefined ? { address: host, endpoint: undefined } : behind(service.object);
  }
  const [name = '', namespace = pod.metadata.namespace ?? '', ...rest] = host.split('.');
  if (rest.length > 0 && !['svc', 'svc.cluster.local'].includes(rest.join('.'))) return undefined;
  const service = store.find(services, namespace, name)?.object;
  return service && behind(service);
}
