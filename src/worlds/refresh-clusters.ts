import { federated, hasCondition } from '../controllers/clusters/conditions.js';
import { featuresOf } from '../controllers/clusters/features.js';
import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../core/json.js';
import { label, type KubeObject } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import { creatorAnnotation, hostClusterLabel } from '../core/well-known-keys.js';
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

/**
 * Has the Cluster objects of a world say what those of 3.x say: that they have joined the federation, and what they have
 * switched on. What only 4.1 notes on them is gone.
 */
export function federateClusters(world: World): void {
  if (!inRange(world.release.name, { since: 'v3.0', until: 'v3.4' })) return;
  for (const { object } of world.host.store.list(clusters))
    world.host.store.load(
      clusters,
      world.clusters.has(object.metadata.name) ? joined(object, world) : plain(object),
    );
}

function joined(cluster: KubeObject, world: World): KubeObject {
  const status = { ...digObject(cluster, 'status'), configz: featuresOf(world) };
  if (dig(cluster, 'spec', 'joinFederation') !== true || hasCondition(cluster, federated.type))
    return { ...plain(cluster), status };
  const conditions = digArray(cluster, 'status', 'conditions').filter(isJsonObject);
  const at = digString(conditions[0], 'lastUpdateTime');
  const { type, status: holds, message } = federated;
  const condition = { type, status: holds, lastUpdateTime: at, lastTransitionTime: at, message };
  return { ...plain(cluster), status: { ...status, conditions: [condition, ...conditions] } };
}

function plain(cluster: KubeObject): KubeObject {
  const isHost = label(cluster, hostClusterLabel) !== undefined;
  const dropped = ['kubesphere.io/initialized', ...(isHost ? [creatorAnnotation] : [])];
  const annotations = Object.fromEntries(
    Object.entries(cluster.metadata.annotations ?? {}).filter(([key]) => !dropped.includes(key)),
  );
  return { ...cluster, metadata: { ...cluster.metadata, annotations } };
}
