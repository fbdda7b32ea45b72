import { dig, digObject, digString, type JsonObject } from '../../core/json.js';
import { controllerReference, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { updateObject } from '../../registry/verbs/update.js';
import { formatTimestamp } from '../../state/clock.js';
import { currentOf, isDeleting, writeBack, type Controller } from '../controller.js';
import { gatewayPodLabels, gatewayPorts, ingressContainer, projectOfGateway } from './names.js';

const image = 'kubesphere/nginx-ingress-controller:v1.1.0';

/**
 * Gives a Gateway what its chart installs: the ingress controller, its Service and its settings, all of its name. They go
 * with it, as it owns them.
 *
 * @see kubesphere/kubesphere pkg/controller/gateway, config/gateway/nginx
 */
export const gatewayController: Controller = {
  name: 'gateway',
  since: 'v3.3',
  until: 'v3.4',
  watches: ['gateways.gateway.kubesphere.io'],
  reconcile: (context, change) => {
    const gateway = currentOf(context, change);
    if (gateway === undefined || isDeleting(gateway)) return;
    provide(context, 'configmaps', '', configOf(gateway));
    provide(context, 'services', '', serviceOf(gateway));
    provide(context, 'deployments', 'apps', deploymentOf(gateway));
    if (dig(gateway, 'status', 'deployedRelease') !== undefined) return;
    const resource = context.catalog.get('gateway.kubesphere.io', 'gateways');
    writeBack(context, resource, { ...gateway, status: statusOf(context, gateway) });
  },
};

function statusOf({ world }: WriteContext, { metadata }: KubeObject): JsonObject {
  const lastTransitionTime = formatTimestamp(world.clock.now());
  return {
    conditions: [
      { lastTransitionTime, status: 'True', type: 'Initialized' },
      { lastTransitionTime, reason: 'InstallSuccessful', status: 'True', type: 'Deployed' },
    ],
    deployedRelease: { name: `${metadata.name}-ingress` },
  };
}

/** Makes an object, or brings the one of this name to the same content. */
function provide(context: WriteContext, plural: string, group: string, wanted: JsonObject): void {
  const resource = context.catalog.get(group, plural);
  const { namespace, name } = wanted['metadata'] as { readonly namespace: string; readonly name: string };
  const found = context.cluster.store.find(resource, namespace, name)?.object;
  if (found === undefined) createObject(context, resource, wanted);
  else updateObject(context, resource, wanted, { unconditional: true });
}

function metadataOf(gateway: KubeObject, annotations: JsonObject = {}): JsonObject {
  const { name, namespace = '' } = gateway.metadata;
  return {
    name,
    namespace,
    labels: {
      ...gatewayPodLabels(name),
      'app.kubernetes.io/managed-by': 'Helm',
      'app.kubernetes.io/version': '1.1.0',
      'helm.sh/chart': 'ingress-nginx-4.0.13',
    },
    annotations: {
      ...annotations,
      'meta.helm.sh/release-name': `${name}-ingress`,
      'meta.helm.sh/release-namespace': namespace,
    },
    ownerReferences: [controllerReference(gateway)],
  };
}

function configOf(gateway: KubeObject): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(gateway),
    data: { 'allow-snippet-annotations': 'true', ...digObject(gateway, 'spec', 'controller', 'config') },
  };
}

function serviceOf(gateway: KubeObject): JsonObject {
  const type = digString(gateway, 'spec', 'service', 'type');
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(gateway, digObject(gateway, 'spec', 'service', 'annotations')),
    spec: {
      type: type === '' ? 'NodePort' : type,
      ports: gatewayPorts,
      selector: gatewayPodLabels(gateway.metadata.name),
    },
  };
}

function deploymentOf(gateway: KubeObject): JsonObject {
  const { name } = gateway.metadata;
  const labels = gatewayPodLabels(name);
  const isScoped = dig(gateway, 'spec', 'controller', 'scope', 'enabled') === true;
  const replicas = dig(gateway, 'spec', 'deployment', 'replicas');
  const wanted = replicas ?? dig(gateway, 'spec', 'controller', 'replicas');
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(gateway, digObject(gateway, 'spec', 'deployment', 'annotations')),
    spec: {
      replicas: typeof wanted === 'number' ? wanted : 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: digObject(gateway, 'spec', 'controller', 'annotations') },
        spec: {
          containers: [ingressContainer('controller', image, isScoped ? projectOfGateway(name) : undefined)],
        },
      },
    },
  };
}
