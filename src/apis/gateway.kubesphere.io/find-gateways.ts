import { digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import {
  gatewayName,
  gatewayNamespace,
  globalProject,
  isRouter,
  projectOfGateway,
} from '../../controllers/gateways/names.js';
import type { RequestContext } from '../../registry/contract.js';

/** The kind of this group. */
export const gateways = { group: 'gateway.kubesphere.io', plural: 'gateways' };
const services = { group: '', plural: 'services' };

/** The Gateway of a project, or of the whole cluster; `undefined` when there is none. */
export function findGateway({ cluster }: RequestContext, project: string): KubeObject | undefined {
  return cluster.store.find(gateways, gatewayNamespace, gatewayName(project))?.object;
}

/** The Service of a project's router, a gateway of the kind before 3.2. */
export function findRouter({ cluster }: RequestContext, project: string): KubeObject | undefined {
  const found = cluster.store.find(services, gatewayNamespace, gatewayName(project))?.object;
  return found !== undefined && isRouter(found) ? found : undefined;
}

/** Every gateway there is, routers among them. */
export function allGateways(context: RequestContext): KubeObject[] {
  const { store } = context.cluster;
  const made = store.list(gateways).map(({ object }) => withServiceStatus(context, object));
  const routers = store
    .list(services, gatewayNamespace)
    .filter(({ object }) => isRouter(object))
    .map(({ object }) => routerAsGateway(object));
  return [...made, ...routers];
}

/** The gateways that concern a project: that of the cluster, its router, its own. */
export function gatewaysOf(context: RequestContext, project: string): KubeObject[] {
  const own = findGateway(context, project);
  const global = project === globalProject ? undefined : findGateway(context, globalProject);
  const router = findRouter(context, project);
  return [
    ...(global === undefined ? [] : [withServiceStatus(context, global)]),
    ...(router === undefined ? [] : [routerAsGateway(router)]),
    ...(own === undefined ? [] : [withServiceStatus(context, own)]),
  ];
}

/** A router as the Gateway it would be, settings as far as its Service tells them. */
function routerAsGateway(service: KubeObject): KubeObject {
  const { name, namespace = '', annotations } = service.metadata;
  return {
    // Made up by the handler, so of no kind.
    apiVersion: '',
    kind: '',
    metadata: { name, namespace },
    spec: {
      controller: { scope: { enabled: true, namespace: projectOfGateway(name) } },
      service: {
        ...(annotations !== undefined && { annotations }),
        type: digString(service, 'spec', 'type'),
      },
      deployment: { replicas: 1 },
    },
    status: serviceStatus(service),
  };
}

/** A Gateway with the address and ports of its Service in its status. */
export function withServiceStatus({ cluster }: RequestContext, gateway: KubeObject): KubeObject {
  const { name, namespace } = gateway.metadata;
  const service = cluster.store.find(services, namespace, name)?.object;
  if (service === undefined) return gateway;
  return { ...gateway, status: { ...digObject(gateway, 'status'), ...serviceStatus(service) } };
}

function serviceStatus(service: KubeObject): JsonObject {
  return {
    loadBalancer: digObject(service, 'status', 'loadBalancer'),
    service: digArray(service, 'spec', 'ports'),
  };
}
