import { digObject, type JsonObject } from '../core/json.js';
import type { World } from '../state/world.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const namespaces = { group: '', plural: 'namespaces' };
const nodes = { group: '', plural: 'nodes' };

/**
 * Makes the Cluster objects of a world say what its stores hold: number of nodes, versions, uid.
 *
 * Clusters without a store of their own are left as they are.
 */
export function refreshClusters(world: World): void {
  for (const { object } of world.host.store.list(clusters)) {
    const cluster = world.clusters.get(object.metadata.name);
    if (cluster === undefined) continue;
    const status: JsonObject = {
      ...digObject(object, 'status'),
      kubernetesVersion: world.settings.kubernetesVersion,
      kubeSphereVersion: world.release.tag,
      nodeCount: cluster.store.count(nodes),
      // The uid a cluster is known by is that of its namespace kube-system.
      uid: cluster.store.find(namespaces, undefined, 'kube-system')?.object.metadata.uid ?? '',
    };
    world.host.store.load(clusters, { ...object, status });
  }
}
