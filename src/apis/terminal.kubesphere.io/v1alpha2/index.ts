import { ApiError, notImplemented } from '../../../core/api-error.js';
import type { ResourceScope } from '../../../core/request-info.js';
import type { ApiGroup, Handler } from '../../../registry/contract.js';

/** Shells in pods and on nodes, and files of containers. */
export const terminalV1alpha2: ApiGroup = {
  name: 'terminal.kubesphere.io',
  version: 'v1alpha2',
  since: 'v3.0',
  routes: [
    {
      method: 'GET',
      path: '/namespaces/{namespace}/pods/{pod}/exec',
      handle: shell('pods', 'Namespace'),
      since: 'v3.1',
      produces: [],
    },
    {
      method: 'GET',
      path: '/namespaces/{namespace}/pods/{pod}',
      handle: shell('pods', 'Namespace'),
      until: 'v3.0',
      produces: [],
    },
    {
      method: 'GET',
      path: '/nodes/{nodename}/exec',
      handle: shell('nodes', 'Cluster'),
      since: 'v3.1',
      produces: [],
    },
    { method: 'GET', path: '/users/{user}/kubectl', handle: socket, since: 'v4.1', produces: [] },
    { method: 'POST', path: '/namespaces/{namespace}/pods/{pod}/file', handle: unsupported, since: 'v4.1' },
    {
      method: 'GET',
      path: '/namespaces/{namespace}/pods/{pod}/file',
      handle: unsupported,
      since: 'v4.1',
      produces: [],
    },
  ],
};

/** A shell that takes the right to create `exec` below pods or nodes; the refusal says nothing. */
function shell(resource: 'pods' | 'nodes', scope: ResourceScope): Handler {
  return (context) => {
    const namespace = context.params['namespace'] ?? '';
    const { allowed, reason } = context.authorize({
      user: context.user,
      verb: 'create',
      apiGroup: '',
      resource,
      subresource: 'exec',
      scope,
      ...(namespace !== '' && { namespace }),
    });
    if (!allowed) throw new ApiError(403, 'Forbidden', reason);
    return socket(context);
  };
}

function socket(context: Parameters<Handler>[0]): never {
  if (context.headers['upgrade'] === undefined) {
    throw new ApiError(400, 'BadRequest', 'Bad Request', { headers: { 'Sec-Websocket-Version': '13' } });
  }
  return unsupported(context);
}

function unsupported({ method, info }: Parameters<Handler>[0]): never {
  throw notImplemented(`${method} ${info.path}`);
}
