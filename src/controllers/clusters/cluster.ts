import { digArray, digObject, digString } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import { hostClusterLabel } from '../../core/well-known-keys.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import type { Change } from '../../state/object-store.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { lookAgainAt } from '../later.js';
import { syncGrants } from './granted-clusters.js';
import { isWatched, joinCluster } from './join-cluster.js';

const group = 'cluster.kubesphere.io';
const finalizer = 'finalizer.cluster.kubesphere.io';
const name = 'cluster';
/** Milliseconds after which a cluster that has joined is looked at again. */
const resync = 900_000;

/**
 * Takes clusters in that join, keeps saying how those are that did, and lets those go that leave: their names are taken
 * out of the placements of workspaces and of what users may reach. Placements by selector stay as they are.
 *
 * Differs from KubeSphere: only clusters this world holds are looked at; others stay as somebody says they are.
 *
 * @see kubesphere/kubesphere pkg/controller/cluster/cluster_controller.go
 */
export const clusterController: Controller = {
  name,
  since: 'v3.0',
  hostOnly: true,
  watches: [`clusters.${group}`],
  reconcile: (context, change) => {
    const cluster = currentOf(context, change);
    if (cluster === undefined) return;
    const resource = context.catalog.get(group, 'clusters');
    if (isDeleting(cluster)) {
      lookAgainAt(context, name, resource, cluster, undefined);
      if (hasFinalizer(cluster, finalizer)) release(context, cluster);
      return;
    }
    if (!hasFinalizer(cluster, finalizer)) {
      writeBack(context, resource, withFinalizer(cluster, finalizer));
      return;
    }
    if (calls(change)) join(context, cluster);
  },
};

/** Whether a change is one the real controller looks at: of what is wanted, not of what is said about it. */
function calls({ stored, previous }: Change): boolean {
  if (previous === undefined || previous === stored) return true;
  const [now, before] = [stored.object, previous.object];
  const isMarkedNow = hasFinalizer(now, finalizer) && !hasFinalizer(before, finalizer);
  const asked = 'kubesphere.io/syncAt';
  return (
    isMarkedNow ||
    annotation(now, asked) !== annotation(before, asked) ||
    !sameJson(now['spec'], before['spec'])
  );
}

function join(context: WriteContext, cluster: KubeObject): void {
  const { world } = context;
  const isHost = label(cluster, hostClusterLabel) !== undefined;
  const held = isHost ? world.host : world.clusters.get(cluster.metadata.name);
  if (held === undefined || (held.isHost && !isHost)) return;
  if (digString(cluster, 'spec', 'connection', 'kubeconfig') === '' || !isWatched(context, cluster)) return;
  const due = world.clock.now() + resync;
  joinCluster(context, cluster, held);
  const last = (from: number, now: number): number => from + Math.floor((now - from) / resync) * resync;
  lookAgainAt(context, name, { group, plural: 'clusters' }, cluster, due, last);
}

function release(context: WriteContext, cluster: KubeObject): void {
  const { name: left } = cluster.metadata;
  const { store } = context.cluster;
  const templates = context.catalog.get('tenant.kubesphere.io', 'workspacetemplates');
  for (const { object } of store.list(templates)) {
    const placed = digArray(object, 'spec', 'placement', 'clusters');
    const clusters = placed.filter((one) => digString(one, 'name') !== left);
    if (clusters.length === placed.length) continue;
    const placement = { ...digObject(object, 'spec', 'placement'), clusters };
    writeBack(context, templates, { ...object, spec: { ...digObject(object, 'spec'), placement } });
  }
  unname(context, left);
  syncGrants(context, left);
  writeBack(context, context.catalog.get(group, 'clusters'), withoutFinalizer(cluster, finalizer));
}

/** Has KubeSphere's namespace in a cluster that leaves forget what it was called. */
function unname(context: WriteContext, cluster: string): void {
  const held = context.world.clusters.get(cluster);
  const resource = context.catalog.get('', 'namespaces');
  const found = held?.store.find(resource, undefined, 'kubesphere-system')?.object;
  if (held === undefined || found === undefined) return;
  const {
    'cluster.kubesphere.io/name': _,
    'cluster.kubesphere.io/host-cluster': __,
    ...annotations
  } = found.metadata.annotations ?? {};
  writeBack({ ...context, cluster: held }, resource, {
    ...found,
    metadata: { ...found.metadata, annotations },
  });
}
