import { ApiError, notFound } from '../../../core/api-error.js';
import { digObject, digString, type JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import {
  gatewayName,
  gatewayNamespace,
  gatewayPorts,
  ingressContainer,
  isRouter,
  routerLabels,
} from '../../../controllers/gateways/names.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { listReply, objectReply } from '../../../registry/entity-reply.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { updateObject } from '../../../registry/verbs/update.js';

const services = { group: '', plural: 'services' };
const image = 'kubesphere/nginx-ingress-controller:0.24.1';
const meshKey = 'servicemesh.kubesphere.io/enabled';

/** `GET /routers` (2.1): the Services of all routers. */
export function listRouters(context: RequestContext): Reply {
  const found = context.cluster.store
    .list(services, gatewayNamespace)
    .filter(({ object }) => isRouter(object));
  return listReply(context, services, found, undefined, { everything: true });
}

/** `GET /namespaces/{namespace}/router`: the Service a project's ingresses are reached through. @throws ApiError 404 */
export function getRouter(context: RequestContext): Reply {
  return objectReply(context, services, existing(context));
}

/**
 * `POST /namespaces/{namespace}/router`: an ingress controller for one project, of the type `LoadBalancer` or else
 * `NodePort`.
 *
 * @throws ApiError 500 when there is one
 * @see kubesphere/kubesphere pkg/models/routers/routers.go
 */
export function createRouter(context: RequestContext): Reply {
  const { type, annotations } = read(context);
  const project = projectOf(context);
  const metadata = metadataOf(project);
  return failed(() => {
    const service = createObject(context, context.catalog.get('', 'services'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, annotations },
      spec: { type, ports: gatewayPorts, selector: routerLabels(project) },
    });
    createObject(context, context.catalog.get('apps', 'deployments'), {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, annotations: { [meshKey]: String(annotations[meshKey] === 'true') } },
      spec: {
        replicas: 1,
        selector: { matchLabels: routerLabels(project) },
        template: {
          metadata: { labels: routerLabels(project) },
          spec: { containers: [ingressContainer('nginx-ingress-controller', image, project)] },
        },
      },
    });
    return objectReply(context, services, service.object, 'created');
  });
}

/** `PUT /namespaces/{namespace}/router`: another type, other annotations. @throws ApiError 500 without a router */
export function updateRouter(context: RequestContext): Reply {
  const { type, annotations } = read(context);
  return failed(() => {
    const { metadata, ...rest } = existing(context);
    const next = {
      ...rest,
      metadata: { ...metadata, annotations },
      spec: { ...digObject(rest, 'spec'), type },
    };
    const written = updateObject(context, context.catalog.get('', 'services'), next);
    return objectReply(context, services, written.object, 'created');
  });
}

/** `DELETE /namespaces/{namespace}/router`: answers the Service that was. @throws ApiError 500 without a router */
export function deleteRouter(context: RequestContext): Reply {
  return failed(() => {
    const service = existing(context);
    const key = { namespace: gatewayNamespace, name: service.metadata.name };
    const deployments = context.catalog.get('apps', 'deployments');
    if (context.cluster.store.find(deployments, key.namespace, key.name) !== undefined)
      deleteObject(context, deployments, key);
    deleteObject(context, context.catalog.get('', 'services'), key);
    return objectReply(context, services, service);
  });
}

function projectOf({ params }: RequestContext): string {
  return params['namespace'] ?? '';
}

function metadataOf(project: string): JsonObject {
  return { name: gatewayName(project), namespace: gatewayNamespace, labels: routerLabels(project) };
}

function read(context: RequestContext): { readonly type: string; readonly annotations: JsonObject } {
  const sent = readBodyObject(context, 'api.Router');
  const type = digString(sent, 'type') === 'LoadBalancer' ? 'LoadBalancer' : 'NodePort';
  return { type, annotations: digObject(sent, 'annotations') };
}

function existing(context: RequestContext): KubeObject {
  const name = gatewayName(projectOf(context));
  const found = context.cluster.store.find(services, gatewayNamespace, name)?.object;
  if (found === undefined) throw notFound({ group: '', plural: 'service' }, name);
  return found;
}

/** Writes fail with 500, whatever the reason. */
function failed(run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ApiError(500, 'InternalError', error.message, { dialect: 'message' });
  }
}
