import { ApiError, notFound } from '../core/api-error.js';
import { digObject, dig } from '../core/json.js';
import { annotation } from '../core/kube-object.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { success } from '../registry/reply.js';
import { deleteObject } from '../registry/verbs/delete.js';
import { updateObject } from '../registry/verbs/update.js';

const nodes = { group: '', plural: 'nodes' };

/**
 * `POST /nodes/{node}/drainage` (2.1): nothing more is placed on the node, and what runs there leaves, except for what
 * DaemonSets and the node itself want there.
 *
 * @throws ApiError 500 for a node that takes nothing already, or that there is not
 * @see kubesphere/kubesphere pkg/models/nodes/nodes.go
 */
export function drainNode(context: RequestContext): Reply {
  const { cluster, catalog, params } = context;
  const name = params['node'] ?? '';
  const node = cluster.store.find(nodes, undefined, name)?.object;
  if (node === undefined) throw failed(notFound({ group: '', plural: 'node' }, name).message);
  if (dig(node, 'spec', 'unschedulable') === true) throw failed(`node ${name} have been drained`);
  const spec = { ...digObject(node, 'spec'), unschedulable: true };
  updateObject(context, catalog.get('', 'nodes'), { ...node, spec });
  const pods = catalog.get('', 'pods');
  for (const { object: pod } of cluster.store.list(pods)) {
    const { namespace, name: podName, ownerReferences = [] } = pod.metadata;
    const stays =
      ownerReferences.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node') ||
      annotation(pod, 'kubernetes.io/config.mirror') !== undefined;
    if (stays || dig(pod, 'spec', 'nodeName') !== name || namespace === undefined) continue;
    deleteObject(context, pods, { namespace, name: podName });
  }
  return success();
}

function failed(why: string): ApiError {
  return new ApiError(500, 'InternalError', why, { dialect: 'message' });
}
