import { digArray, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { hostClusterLabel } from '../../core/well-known-keys.js';
import type { Change } from '../../state/object-store.js';
import type { ClusterState, World } from '../../state/world.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };

/** The Cluster objects of a world, and which of them stand for a cluster we hold. */
export interface KnownClusters {
  readonly objects: readonly KubeObject[];
  /** Ready clusters that this world holds, by the name of their Cluster object. */
  readonly ready: ReadonlyMap<string, ClusterState>;
  /** Names of those that are not ready, in order. */
  readonly notReady: readonly string[];
}

/** Sorts out the clusters of a world. Without any Cluster object the host stands alone. */
export function knownClusters(world: World): KnownClusters {
  const objects = world.host.store.list(clusters).map(({ object }) => object);
  const ready = new Map<string, ClusterState>();
  const notReady: string[] = [];
  for (const object of objects) {
    const { name } = object.metadata;
    const isHost = label(object, hostClusterLabel) !== undefined;
    const held = isHost ? world.host : world.clusters.get(name);
    if (!isHost && !isReady(object)) notReady.push(name);
    else if (held !== undefined) ready.set(name, held);
  }
  if (objects.length === 0) ready.set(world.host.name, world.host);
  return { objects, ready, notReady };
}

/** Whether a change of a Cluster object is that it can be reached now, and could not before. */
export function cameToBeReady({ type, stored, previous }: Change): boolean {
  return (
    type !== 'DELETED' && isReady(stored.object) && (previous === undefined || !isReady(previous.object))
  );
}

function isReady(cluster: KubeObject): boolean {
  return digArray(cluster, 'status', 'conditions').some(
    (condition) => digString(condition, 'type') === 'Ready' && digString(condition, 'status') === 'True',
  );
}
