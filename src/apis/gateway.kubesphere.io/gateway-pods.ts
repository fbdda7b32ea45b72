import { hasBackend } from '../../core/server-configuration.js';
import { ApiError } from '../../core/api-error.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { gatewayName, gatewayNamespace, gatewayPodLabels } from '../../controllers/gateways/names.js';
import { serveLog } from '../../kube/kubelet/serve-log.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { listReply } from '../../registry/entity-reply.js';
import { findLines, logWords } from '../../search/logs.js';
import { present } from '../../search/present.js';
import { readSearch } from '../../search/read-search.js';

const pods = { group: '', plural: 'pods' };

/** The pods of the gateway a URL names, routers' not among them. */
function podsOf({ cluster, params }: RequestContext): KubeObject[] {
  const wanted = gatewayPodLabels(gatewayName(params['namespace'] ?? ''));
  const own = ['app.kubernetes.io/name', 'app.kubernetes.io/instance'];
  return cluster.store
    .list(pods, gatewayNamespace)
    .map(({ object }) => object)
    .filter((pod) => own.every((key) => label(pod, key) === wanted[key]));
}

/** `GET /namespaces/{namespace}/gateways/{gateway}/pods`: filtered, sorted and cut like any list. */
export function listGatewayPods(context: RequestContext): Reply {
  // The selector of the query is replaced by that of the gateway.
  return listReply(context, pods, podsOf(context), undefined, { consumed: ['labelSelector'] });
}

/** `GET …/gateways/{gateway}/pods/{pod}/log`: what a pod of the gateway has logged. @throws ApiError 500 for any other */
export function gatewayPodLog(context: RequestContext): Reply {
  const name = context.params['pod'] ?? '';
  if (!podsOf(context).some(({ metadata }) => metadata.name === name))
    throw new ApiError(500, 'InternalError', 'pod does not exist');
  const resource = context.catalog.get('', 'pods');
  return serveLog({ context, path: { namespace: gatewayNamespace, name }, kind: { resource } });
}

/** `GET …/gateways/{gateway}/logs`: a search in what all pods of the gateway have logged. */
export function searchGatewayLogs(context: RequestContext): Reply {
  const { release } = context.world;
  if (!hasBackend(context.world.settings.configuration, release.name, 'logging'))
    throw new ApiError(500, 'InternalError', "logging isn't enabled");
  const search = readSearch(context.query, context.world.clock.now());
  const own = new Set(podsOf(context).map(({ metadata }) => metadata.name));
  const lines = findLines(context, search, { namespace: gatewayNamespace, unchecked: true });
  return present(
    lines.filter(({ pod }) => own.has(pod)),
    search,
    logWords,
  );
}
