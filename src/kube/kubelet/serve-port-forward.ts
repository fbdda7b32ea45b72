import { ApiError, badRequest } from '../../core/api-error.js';
import { digString } from '../../core/json.js';
import type { Reply } from '../../registry/contract.js';
import type { ForwardTarget } from '../../registry/session.js';
import type { KindRequest } from '../kind-request.js';
import { serveHttp } from './fake-http.js';
import { requireUpgrade } from './serve-process.js';

/**
 * Forwards connections to ports of a pod: `portforward`. What answers there is a server of our own, or what a test wants.
 *
 * @throws ApiError in the words of apiserver and kubelet
 * @see kubernetes/kubelet pkg/cri/streaming/portforward
 */
export function servePortForward({ context, path, kind }: KindRequest): Reply {
  const { world, cluster, query, headers } = context;
  const { namespace, name } = path;
  const pod = cluster.store.get(kind.resource, namespace, name).object;
  if (digString(pod, 'spec', 'nodeName') === '')
    throw badRequest(`pod ${name} does not have a host assigned`);
  requireUpgrade(context);
  const wanted = query.getAll('ports').flatMap((each) => each.split(','));
  const tunnels = String(headers['sec-websocket-protocol'] ?? '').includes('SPDY/3.1');
  const isSocket = String(headers['upgrade']).toLowerCase() === 'websocket' && !tunnels;
  if (isSocket && wanted.length === 0) throw refused('query parameter "port" is required');
  const ports = (isSocket ? wanted : []).map((text) => {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (port >= 1 && port <= 0xffff) return port;
    throw refused(`unable to parse "${text}" as a port: must be between 1 and 65535`);
  });
  const connect = (port: number): ForwardTarget => {
    const script = world.containers.portFor({ cluster: cluster.name, namespace, pod: name }, port);
    if (script?.to !== undefined) return targetOf(script.to);
    const place = { kind: 'pod', name: `${namespace}/${name}`, port };
    return { serve: (input) => serveHttp(place, script, input) };
  };
  return { status: 101, session: { kind: 'forward', ports, connect } };
}

function refused(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message, { dialect: 'text' });
}

/** A `host:port` in its two parts. */
function targetOf(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return {
    host: address.slice(0, colon).replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(address.slice(colon + 1)),
  };
}
