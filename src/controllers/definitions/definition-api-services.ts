import { digString } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import { apiServices, available, definedServices, managedLabel } from '../../kube/installed/api-services.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { updateObject } from '../../registry/verbs/update.js';
import { keyOf } from '../controller.js';

/**
 * Has an APIService for every version the definitions of a group serve, and none for versions they no longer do. While
 * nobody has looked at APIServices, they are to be made for the definitions of that time.
 *
 * @param group Default: every group.
 * @see kubernetes/kubernetes pkg/controlplane/controller/crdregistration
 */
export function registerVersions(context: WriteContext, group?: string): void {
  const { catalog, cluster, world } = context;
  if (cluster.store.offerOf(apiServices) !== 'taken') return;
  const wanted = definedServices(catalog.resources, world.release.name, group);
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  const resource = catalog.get(apiServices.group, apiServices.plural);
  for (const { object } of cluster.store.list(apiServices)) {
    if (label(object, managedLabel) !== 'true' || names.has(object.metadata.name)) continue;
    if (group !== undefined && digString(object, 'spec', 'group') !== group) continue;
    deleteObject(context, resource, keyOf(object));
  }
  for (const { status: _, ...body } of wanted) {
    if (cluster.store.find(apiServices, undefined, body.metadata.name) !== undefined) continue;
    const { object } = createObject(context, resource, body, { typed: true });
    const status = available(world.clock.timestamp());
    updateObject(context, resource, { ...object, status }, { typed: true, subresource: 'status' });
  }
}
