import { badRequest, notFound } from '../../../core/api-error.js';
import { digObject, digString } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import { hostClusterLabel } from '../../../core/well-known-keys.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { empty } from '../../../registry/reply.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { serverOfKubeconfig } from './kubeconfig.js';
import { refusedAsBad } from './labels.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };

/**
 * `POST /clusters/validation`: says whether a cluster could be imported; nothing is stored.
 *
 * Differs from KubeSphere: nobody is called. Two clusters are the same when their API servers have the same address.
 */
export async function validateCluster(context: RequestContext): Promise<Reply> {
  const sent = readBodyObject(context, 'v1alpha1.Cluster');
  const connection = digObject(sent, 'spec', 'connection');
  if (digString(connection, 'type') !== 'direct') throw badRequest('cluster connection type MUST be direct');
  const server = await serverOfKubeconfig(digString(connection, 'kubeconfig'));
  const twin = await clusterAt(context, server);
  if (twin !== undefined) {
    const name = digString(sent, 'metadata', 'name');
    throw badRequest(
      `cluster ${name} already exists (${twin.metadata.name}), MUST not import the same cluster twice`,
    );
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

/** `PUT /clusters/{cluster}/kubeconfig`: replaces the credentials of a member that is reached directly. */
export async function updateKubeconfig(context: RequestContext): Promise<Reply> {
  const sent = readBodyObject(context, 'v1alpha1.UpdateClusterRequest');
  const name = context.params['cluster'] ?? '';
  const found = context.cluster.store.find(clusters, undefined, name)?.object;
  if (found === undefined) {
    const kind = inRange(context.release.name, { since: 'v4.1' }) ? 'Cluster' : 'cluster';
    throw badRequest(notFound({ group: clusters.group, plural: kind }, name).message);
  }
  if (label(found, hostClusterLabel) !== undefined) {
    throw badRequest('update kubeconfig of the host cluster is not allowed');
  }
  const connection = digObject(found, 'spec', 'connection');
  if (digString(connection, 'type') === 'proxy') {
    throw badRequest(
      'update kubeconfig of member clusters which using proxy mode is not allowed, their certs are managed and will be renewed by tower',
    );
  }
  const kubeconfig = digString(sent, 'kubeconfig');
  const server = await serverOfKubeconfig(kubeconfig);
  const owner = await clusterAt(context, server);
  if (owner !== undefined && owner.metadata.name !== name) {
    throw badRequest(
      'this kubeconfig corresponds to a different cluster than the previous one, you need to make sure that kubeconfig is not from another cluster',
    );
  }
  const spec = { ...digObject(found, 'spec'), connection: { ...connection, kubeconfig } };
  const resource = context.catalog.get(clusters.group, clusters.plural);
  refusedAsBad(() => updateObject(context, resource, { ...found, spec }));
  return empty();
}
