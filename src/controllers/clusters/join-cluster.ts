import { fnv64a } from '../../core/fnv.js';
import { dig, digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import { creatorAnnotation, roleReferenceLabel, userReferenceLabel } from '../../core/well-known-keys.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import type { ClusterState } from '../../state/world.js';
import { userBinding } from '../access/builtin-roles.js';
import { writeBack } from '../controller.js';
import { syncGrants } from './granted-clusters.js';
import { featuresOf } from './features.js';
import { coreReady, federated, hasCondition, ready, withClusterCondition, withExpiry } from './conditions.js';

const iam = 'iam.kubesphere.io';
const hashAnnotation = 'kubesphere.io/config-hash';
const initializedAnnotation = 'kubesphere.io/initialized';
const labelsAnnotation = 'cluster.kubesphere.io/label-ids';

/**
 * Writes down what a cluster of this world is: how it can be reached, which versions it runs, how many nodes it has, and
 * that it is ready; its creator becomes its administrator.
 *
 * @param held The cluster itself.
 * @see kubesphere/kubesphere pkg/controller/cluster/cluster_controller.go
 */
export function joinCluster(context: WriteContext, given: KubeObject, held: ClusterState): void {
  const { world } = context;
  const since41 = inRange(world.release.name, { since: 'v4.1' });
  const now = world.clock.timestamp();
  const kubeconfig = Buffer.from(digString(given, 'spec', 'connection', 'kubeconfig'), 'base64').toString();
  let cluster = withEndpoint(given, kubeconfig);
  const kubeSystem = held.store.find({ group: '', plural: 'namespaces' }, undefined, 'kube-system')?.object;
  const isMember = !held.isHost;
  if (inRange(world.release.name, { since: 'v3.3' }))
    cluster = withStatus(cluster, { uid: kubeSystem?.metadata.uid ?? '' });
  if (since41 && isMember) cluster = withCore(cluster, now);
  if (!since41) cluster = withClusterCondition(cluster, federated, now);
  const isDirect = digString(cluster, 'spec', 'connection', 'type') !== 'proxy';
  if (isMember && isDirect && inRange(world.release.name, { since: 'v3.3' }))
    cluster = withExpiry(cluster, kubeconfig, now);
  if (since41) cluster = bindLabels(context, cluster);
  cluster = withClusterCondition(cluster, ready, now);
  cluster = withStatus(cluster, {
    kubernetesVersion: world.settings.kubernetesVersion,
    kubeSphereVersion: world.release.tag,
    nodeCount: held.store.count({ group: '', plural: 'nodes' }),
    ...(!since41 && { configz: featuresOf(world) }),
  });
  if (since41) {
    nameCluster({ ...context, cluster: held }, cluster.metadata.name, world.host.name);
    cluster = withAdministrator(context, cluster, held, now);
  }
  writeBack(context, context.catalog.get('cluster.kubesphere.io', 'clusters'), cluster);
  if (since41) syncGrants(context, cluster.metadata.name, held);
}

function withStatus(cluster: KubeObject, status: JsonObject): KubeObject {
  return { ...cluster, status: { ...digObject(cluster, 'status'), ...status } };
}

function withEndpoint(cluster: KubeObject, kubeconfig: string): KubeObject {
  const spec = digObject(cluster, 'spec');
  const connection = digObject(spec, 'connection');
  if (digString(connection, 'kubernetesAPIEndpoint') !== '') return cluster;
  const server = /"?server"?:\s*"?([^\s"',}]+)/.exec(kubeconfig)?.[1];
  if (server === undefined) return cluster;
  return { ...cluster, spec: { ...spec, connection: { ...connection, kubernetesAPIEndpoint: server } } };
}

/** Whether KubeSphere is to be put into a member, anew or with another configuration: then that is done. */
function withCore(cluster: KubeObject, now: string): KubeObject {
  const config = Buffer.from(digString(cluster, 'spec', 'config'), 'base64').toString('utf8');
  const hash = fnv64a(config);
  if (hasCondition(cluster, coreReady.type) && annotation(cluster, hashAnnotation) === hash) return cluster;
  return withClusterCondition(withAnnotation(cluster, hashAnnotation, hash), coreReady, now);
}

function withAnnotation(cluster: KubeObject, key: string, value: string): KubeObject {
  const annotations = { ...cluster.metadata.annotations, [key]: value };
  return { ...cluster, metadata: { ...cluster.metadata, annotations } };
}

/** Labels named when the cluster was made are bound to it. */
function bindLabels(context: WriteContext, cluster: KubeObject): KubeObject {
  const ids = annotation(cluster, labelsAnnotation);
  if (ids === undefined) return cluster;
  const resource = context.catalog.get('cluster.kubesphere.io', 'labels');
  for (const id of ids.split(',').map((one) => one.trim())) {
    const found = context.cluster.store.find(resource, undefined, id)?.object;
    const bound = digArray(found, 'spec', 'clusters');
    if (found === undefined || bound.includes(cluster.metadata.name)) continue;
    const clusters = [...bound, cluster.metadata.name].sort();
    writeBack(context, resource, { ...found, spec: { ...digObject(found, 'spec'), clusters } });
  }
  const { [labelsAnnotation]: _, ...annotations } = cluster.metadata.annotations ?? {};
  return { ...cluster, metadata: { ...cluster.metadata, annotations } };
}

/** Has KubeSphere's namespace in a cluster say what the cluster is called, and where its host is. */
function nameCluster(context: WriteContext, name: string, host: string): void {
  const resource = context.catalog.get('', 'namespaces');
  const found = context.cluster.store.find(resource, undefined, 'kubesphere-system')?.object;
  if (found === undefined) return;
  const wanted = { 'cluster.kubesphere.io/name': name, 'cluster.kubesphere.io/host-cluster': host };
  if (Object.entries(wanted).every(([key, value]) => annotation(found, key) === value)) return;
  const annotations = { ...found.metadata.annotations, ...wanted };
  writeBack(context, resource, { ...found, metadata: { ...found.metadata, annotations } });
}

function withAdministrator(
  context: WriteContext,
  cluster: KubeObject,
  held: ClusterState,
  now: string,
): KubeObject {
  const creator = annotation(cluster, creatorAnnotation) ?? '';
  if (creator === '' || annotation(cluster, initializedAnnotation) !== undefined) return cluster;
  if (context.cluster.store.find({ group: iam, plural: 'users' }, undefined, creator) === undefined)
    return cluster;
  const resource = context.catalog.get(iam, 'clusterrolebindings');
  const name = `${creator}-cluster-admin`;
  if (held.store.find(resource, undefined, name) !== undefined) return cluster;
  createObject({ ...context, cluster: held }, resource, {
    metadata: { name, labels: { [userReferenceLabel]: creator, [roleReferenceLabel]: 'cluster-admin' } },
    ...userBinding(creator, 'ClusterRole', 'cluster-admin'),
  });
  return withAnnotation(cluster, initializedAnnotation, now);
}

/** Whether a cluster is one 3.x looks at: one that is to be federated. */
export function isWatched(context: WriteContext, cluster: KubeObject): boolean {
  return (
    inRange(context.world.release.name, { since: 'v4.1' }) ||
    dig(cluster, 'spec', 'joinFederation') === true ||
    label(cluster, 'cluster-role.kubesphere.io/host') !== undefined
  );
}
