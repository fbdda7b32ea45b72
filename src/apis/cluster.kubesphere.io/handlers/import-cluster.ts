import { ApiError, badRequest, notFound } from '../../../core/api-error.js';
import { digObject, digString } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import { hostClusterLabel } from '../../../core/well-known-keys.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { empty } from '../../../registry/reply.js';
import { updateObject } from '../../../registry/verbs/update.js';
import type { ClusterState } from '../../../state/world.js';
import {
  checkConfiguration,
  checkKubeSphere,
  checkUnmanaged,
  checkVersion,
  uidOfMember,
} from './check-member.js';
import { serverOfKubeconfig } from './kubeconfig.js';
import { refusedAsBad } from './labels.js';
import { memberApi, type MemberApi } from './member-api.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };

/**
 * `POST /clusters/validation`: says whether a cluster could be imported; nothing is stored.
 *
 * @see kubesphere/kubesphere pkg/kapis/cluster/v1alpha1/handler.go
 */
export async function validateCluster(context: RequestContext): Promise<Reply> {
  const { release } = context;
  const sent = readBodyObject(context, 'v1alpha1.Cluster', 'cluster.kubesphere.io/v1alpha1.Cluster');
  const connection = digObject(sent, 'spec', 'connection');
  if (digString(connection, 'type') !== 'direct') throw badRequest('cluster connection type MUST be direct');
  const kubeconfig = digString(connection, 'kubeconfig');
  const server = await serverOfKubeconfig(kubeconfig);
  const since33 = inRange(release.name, { since: 'v3.3' });
  const refuseTwin = ({ metadata }: KubeObject): ApiError =>
    badRequest(
      since33
        ? `cluster ${digString(sent, 'metadata', 'name')} already exists (${metadata.name}), MUST not import the same cluster twice`
        : `existing cluster ${metadata.name} with the exacty same server address, MUST not import the same cluster twice`,
    );
  const twin = await clusterAt(context, server);
  if (twin !== undefined) throw refuseTwin(twin);
  const member = await memberApi(kubeconfig, undefined);
  if (member === undefined) return empty();
  if (since33) {
    const known = clusterWithUid(context, await uidOfMember(member), server);
    if (known !== undefined) throw refuseTwin(known);
  }
  await checkVersion(member);
  if (inRange(release.name, { since: 'v4.1' })) await checkUnmanaged(member);
  else {
    await checkKubeSphere(context, member);
    await checkConfiguration(context, member);
  }
  return empty();
}

/** The cluster whose API server has an address. */
async function clusterAt({ cluster }: RequestContext, server: string): Promise<KubeObject | undefined> {
  for (const { object } of cluster.store.list(clusters)) {
    const connection = digObject(object, 'spec', 'connection');
    if (digString(connection, 'kubernetesAPIEndpoint') === server) return object;
    const kubeconfig = digString(connection, 'kubeconfig');
    if (kubeconfig !== '' && (await serverOfKubeconfig(kubeconfig).catch(() => '')) === server) return object;
  }
  return undefined;
}

/**
 * The cluster with a uid.
 *
 * Differs from KubeSphere: all fresh hosts of a release have the same one here, so a host is only known again at the
 * address this server itself was asked at.
 */
function clusterWithUid(
  { cluster, headers }: RequestContext,
  uid: string,
  server: string,
): KubeObject | undefined {
  const found = cluster.store.list(clusters).find(({ object }) => digString(object, 'status', 'uid') === uid);
  const isElsewhere = !URL.canParse(server) || new URL(server).host !== headers['host'];
  return found !== undefined && isElsewhere && label(found.object, hostClusterLabel) !== undefined
    ? undefined
    : found?.object;
}

const anotherCluster =
  'this kubeconfig corresponds to a different cluster than the previous one, you need to make sure that kubeconfig is not from another cluster';

/** `PUT /clusters/{cluster}/kubeconfig`: replaces the credentials of a member that is reached directly. */
export async function updateKubeconfig(context: RequestContext): Promise<Reply> {
  const sent = readBodyObject(context, 'v1alpha1.UpdateClusterRequest');
  const name = context.params['cluster'] ?? '';
  const since41 = inRange(context.release.name, { since: 'v4.1' });
  const found = context.cluster.store.find(clusters, undefined, name)?.object;
  if (found === undefined)
    throw badRequest(
      notFound({ group: clusters.group, plural: since41 ? 'Cluster' : 'cluster' }, name).message,
    );
  if (label(found, hostClusterLabel) !== undefined)
    throw badRequest('update kubeconfig of the host cluster is not allowed');
  const connection = digObject(found, 'spec', 'connection');
  if (digString(connection, 'type') === 'proxy') {
    throw badRequest(
      'update kubeconfig of member clusters which using proxy mode is not allowed, their certs are managed and will be renewed by tower',
    );
  }
  const kubeconfig = digString(sent, 'kubeconfig');
  const server = await serverOfKubeconfig(kubeconfig);
  const owner = await clusterAt(context, server);
  const held = owner === undefined ? undefined : context.world.clusters.get(owner.metadata.name);
  const member = await memberApi(kubeconfig, held);
  let complaint: ApiError | undefined;
  if (member !== undefined) {
    await checkVersion(member);
    if (held === undefined) await checkKubeSphere(context, member);
    complaint = await complaintAbout(context, member, held);
    // 3.x complains and goes on all the same.
    if (complaint !== undefined && since41) throw complaint;
  }
  const isAnother =
    owner === undefined
      ? member !== undefined && (await uidOfMember(member)) !== digString(found, 'status', 'uid')
      : owner.metadata.name !== name;
  if (isAnother)
    throw badRequest(complaint === undefined ? anotherCluster : `${complaint.message}\n${anotherCluster}`);
  const spec = { ...digObject(found, 'spec'), connection: { ...connection, kubeconfig } };
  const resource = context.catalog.get(clusters.group, clusters.plural);
  refusedAsBad(() => updateObject(context, resource, { ...found, spec }));
  if (complaint !== undefined) throw complaint;
  return empty();
}

/** What is wrong with the configuration of a member; one held in memory without any has its host's. */
async function complaintAbout(
  context: RequestContext,
  member: MemberApi,
  held: ClusterState | undefined,
): Promise<ApiError | undefined> {
  const place = [{ group: '', plural: 'configmaps' }, 'kubesphere-system', 'kubesphere-config'] as const;
  if (held !== undefined && held.store.find(...place) === undefined) return undefined;
  try {
    await checkConfiguration(context, member);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}
