import { digObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { createObject } from '../../registry/verbs/create.js';
import type { Controller } from '../controller.js';

/** Tells whether something is, or belongs to, the Service of the API server, which keeps it itself. */
export function isApiServerService({ metadata: { namespace, name } }: KubeObject): boolean {
  return namespace === 'default' && name === 'kubernetes';
}

/**
 * Makes the Service `kubernetes` of the API server itself again when somebody deletes it, and what leads from it to the
 * server.
 *
 * @see kubernetes/kubernetes pkg/controlplane/controller/kubernetesservice
 */
export const kubernetesServiceController: Controller = {
  name: 'kubernetes-service',
  watches: ['services.', 'endpoints.', 'endpointslices.discovery.k8s.io'],
  reconcile: (context, { type, resource: { group, plural }, stored }) => {
    if (type !== 'DELETED' || !isApiServerService(stored.object)) return;
    const { namespace = '', name, labels } = stored.object.metadata;
    const resource = context.catalog.byPlural(group, plural);
    if (resource === undefined || context.cluster.store.find(resource, namespace, name) !== undefined) return;
    const { spec: _, status: __, metadata: ___, ...content } = stored.object;
    createObject(context, resource, {
      ...content,
      metadata: { name, namespace, ...(labels !== undefined && { labels }) },
      ...(plural === 'services' && { spec: digObject(stored.object, 'spec') }),
    });
  },
};
