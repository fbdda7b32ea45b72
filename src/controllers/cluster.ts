import { digArray, digObject, digString } from '../core/json.js';
import { annotation } from '../core/kube-object.js';
import type { WriteContext } from '../registry/contract.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from './controller.js';

const group = 'cluster.kubesphere.io';
const finalizer = 'finalizer.cluster.kubesphere.io';
const grantedClusters = 'iam.kubesphere.io/granted-clusters';

/**
 * Marks clusters that join, and lets those go that leave: their names are taken out of the placements of workspaces and
 * of what users may reach. Placements by selector stay as they are.
 *
 * @see kubesphere/kubesphere pkg/controller/cluster/cluster_controller.go
 */
export const clusterController: Controller = {
  name: 'cluster',
  since: 'v3.0',
  hostOnly: true,
  watches: [`clusters.${group}`],
  reconcile: (context, change) => {
    const cluster = currentOf(context, change);
    if (cluster === undefined) return;
    const resource = context.catalog.get(group, 'clusters');
    if (!isDeleting(cluster)) {
      if (!hasFinalizer(cluster, finalizer)) writeBack(context, resource, withFinalizer(cluster, finalizer));
      return;
    }
    if (!hasFinalizer(cluster, finalizer)) return;
    forget(context, cluster.metadata.name);
    writeBack(context, resource, withoutFinalizer(cluster, finalizer));
  },
};

function forget(context: WriteContext, name: string): void {
  const { store } = context.cluster;
  const templates = context.catalog.get('tenant.kubesphere.io', 'workspacetemplates');
  for (const { object } of store.list(templates)) {
    const placed = digArray(object, 'spec', 'placement', 'clusters');
    const clusters = placed.filter((one) => digString(one, 'name') !== name);
    if (clusters.length === placed.length) continue;
    const placement = { ...digObject(object, 'spec', 'placement'), clusters };
    writeBack(context, templates, { ...object, spec: { ...digObject(object, 'spec'), placement } });
  }
  const users = context.catalog.get('iam.kubesphere.io', 'users');
  for (const { object } of store.list(users)) {
    const granted = annotation(object, grantedClusters)?.split(',');
    if (granted?.includes(name) !== true) continue;
    const annotations = {
      ...object.metadata.annotations,
      [grantedClusters]: granted.filter((one) => one !== name).join(','),
    };
    writeBack(context, users, { ...object, metadata: { ...object.metadata, annotations } });
  }
}
