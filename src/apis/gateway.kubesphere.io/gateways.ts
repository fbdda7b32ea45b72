import { ApiError, notFound } from '../../core/api-error.js';
import { digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { gatewayName, gatewayNamespace, globalProject } from '../../controllers/gateways/names.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { arrayReply, listReply, objectReply } from '../../registry/entity-reply.js';
import { readTypedBody } from '../../registry/read-json-body.js';
import { json, success } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { updateObject } from '../../registry/verbs/update.js';
import { allGateways, findRouter, gateways, gatewaysOf, withServiceStatus } from './find-gateways.js';

function resourceOf({ catalog }: RequestContext): Resource {
  return catalog.get(gateways.group, gateways.plural);
}

function projectOf({ params }: RequestContext): string {
  return params['namespace'] ?? '';
}

/**
 * `GET /gateways`: gateways of the cluster and of projects, routers among them; `namespace` chooses those of a project.
 *
 * @see kubesphere/kubesphere pkg/models/gateway/gateway.go ListGateways
 */
export function listGateways(context: RequestContext): Reply {
  const project = context.query.getAll('namespace').at(-1);
  const found = allGateways(context).filter(
    (gateway) =>
      project === undefined || digString(gateway, 'spec', 'controller', 'scope', 'namespace') === project,
  );
  return listReply(context, gateways, found, undefined, { consumed: ['namespace'] });
}

/** `GET /namespaces/{namespace}/gateways`: what a project can be reached through; `null` when by nothing. */
export function gatewaysOfProject(context: RequestContext): Reply {
  const found = gatewaysOf(context, projectOf(context));
  return found.length === 0 ? json(null) : arrayReply(context, gateways, found);
}

/** `POST /namespaces/{namespace}/gateways`: name and scope follow from the URL. @throws ApiError 409, 500 */
export function createGateway(context: RequestContext): Reply {
  const sent = readTypedBody(context, resourceOf(context));
  const project = projectOf(context);
  if (findRouter(context, project) !== undefined) {
    const why = `can't create project gateway if legacy gateway exists, please upgrade the gateway firstly`;
    throw new ApiError(500, 'InternalError', why);
  }
  return objectReply(context, gateways, createFor(context, project, sent), 'created');
}

/** `PUT /namespaces/{namespace}/gateways`. @throws ApiError 404, 409 */
export function updateGateway(context: RequestContext): Reply {
  const sent = forProject(projectOf(context), readTypedBody(context, resourceOf(context)));
  const { object } = updateObject(context, resourceOf(context), { ...sent, status: storedStatus(context) });
  return objectReply(context, gateways, object, 'created');
}

/** `DELETE /namespaces/{namespace}/gateways`: everything it was made of goes with it. @throws ApiError 404 */
export function deleteGateway(context: RequestContext): Reply {
  const name = gatewayName(projectOf(context));
  if (context.cluster.store.find(gateways, gatewayNamespace, name) === undefined)
    throw notFound(gateways, name);
  deleteObject(context, resourceOf(context), { namespace: gatewayNamespace, name });
  return success();
}

/**
 * `POST /namespaces/{namespace}/gateways/{gateway}/upgrade`: makes a Gateway of a router, with its Service and settings.
 *
 * @throws ApiError 500 when the project has no router
 */
export function upgradeGateway(context: RequestContext): Reply {
  const project = projectOf(context);
  const router = findRouter(context, project);
  if (router === undefined)
    throw new ApiError(500, 'InternalError', 'invalid operation, no legacy gateway was found');
  const [legacy] = gatewaysOf(context, project).filter(({ kind }) => kind === '');
  const key = { namespace: gatewayNamespace, name: gatewayName(project) };
  const deployments = context.catalog.get('apps', 'deployments');
  // Its selector cannot be changed to that of the chart, so the old one goes.
  if (context.cluster.store.find(deployments, key.namespace, key.name) !== undefined)
    deleteObject(context, deployments, key);
  const created = createFor(context, project, { spec: digObject(legacy, 'spec') });
  return objectReply(context, gateways, created, 'created');
}

function createFor(context: RequestContext, project: string, sent: JsonObject): KubeObject {
  const { object } = createObject(context, resourceOf(context), forProject(project, sent));
  return withServiceStatus(context, object);
}

function storedStatus({ cluster, params }: RequestContext): JsonObject {
  const name = gatewayName(params['namespace'] ?? '');
  return digObject(cluster.store.find(gateways, gatewayNamespace, name)?.object, 'status');
}

/** What was sent as the Gateway of a project: whatever it says about its place is overruled. */
function forProject(project: string, sent: JsonObject): JsonObject {
  const { status: _status, ...rest } = sent;
  const spec = digObject(sent, 'spec');
  const scope = project === globalProject ? {} : { scope: { enabled: true, namespace: project } };
  return {
    ...rest,
    apiVersion: 'gateway.kubesphere.io/v1alpha1',
    kind: 'Gateway',
    metadata: { ...digObject(sent, 'metadata'), name: gatewayName(project), namespace: gatewayNamespace },
    spec: { ...spec, controller: { ...digObject(spec, 'controller'), ...scope } },
  };
}
