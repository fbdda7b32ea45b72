import { dig, digArray, digString } from '../../core/json.js';
import { federationGroup, type FederatedKind } from '../../core/federated-kinds.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import { hostClusterLabel } from '../../core/well-known-keys.js';
import type { World } from '../../state/world.js';
import { isDeleting } from '../controller.js';
import { knownClusters, type KnownClusters } from '../clusters/ready-clusters.js';

const namespaces = { group: federationGroup, plural: 'federatednamespaces' };

/** Where a federated object is to be, and why it is nowhere when there is a reason. */
export interface Placed {
  readonly names: ReadonlySet<string>;
  readonly reason?: 'NamespaceNotFederated';
}

/** The clusters that have joined the federation, by name, and which of them we hold and can reach. */
export function joinedClusters(world: World): KnownClusters {
  const known = knownClusters(world);
  const objects = known.objects.filter(isJoined);
  const names = new Set(objects.map(({ metadata }) => metadata.name));
  return { objects, ready: known.ready, notReady: known.notReady.filter((name) => names.has(name)) };
}

function isJoined(cluster: KubeObject): boolean {
  return digArray(cluster, 'status', 'conditions').some(
    (one) => digString(one, 'type') === 'Federated' && digString(one, 'status') === 'True',
  );
}

/** Tells whether anything but the host has joined: else there is nobody to copy anything to. */
export function hasMembers(world: World): boolean {
  return joinedClusters(world).objects.some((cluster) => label(cluster, hostClusterLabel) === undefined);
}

/**
 * The clusters a federated object names, else those it selects, else none; in a namespace at most those the namespace is
 * in.
 *
 * @see kubernetes-sigs/kubefed pkg/controller/sync/placement.go, pkg/controller/util/genericplacement.go
 */
export function placedOn(
  world: World,
  federated: KubeObject,
  { namespaced, target }: FederatedKind,
  clusters: KnownClusters,
): Placed {
  const own = chosen(federated, clusters);
  if (!namespaced || (target.group === '' && target.plural === 'namespaces')) return { names: own };
  const { namespace = '' } = federated.metadata;
  const around = world.host.store.find(namespaces, namespace, namespace)?.object;
  if (around === undefined || isDeleting(around))
    return { names: new Set(), reason: 'NamespaceNotFederated' };
  const there = chosen(around, clusters);
  return { names: new Set([...own].filter((name) => there.has(name))) };
}

function chosen(federated: KubeObject, { objects }: KnownClusters): ReadonlySet<string> {
  const placement = dig(federated, 'spec', 'placement');
  const named = dig(placement, 'clusters');
  const wanted = new Set(digArray(placement, 'clusters').map((one) => digString(one, 'name')));
  const selector = dig(placement, 'clusterSelector');
  const isPlaced = ({ metadata }: KubeObject): boolean =>
    Array.isArray(named) ? wanted.has(metadata.name) : selects(selector, metadata.labels);
  return new Set(objects.filter(isPlaced).map(({ metadata }) => metadata.name));
}
