import { argoSecretLabel } from '../../core/gitops-keys.js';
import { digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { hostClusterLabel } from '../../core/well-known-keys.js';

/**
 * `GET /clusters`: where Argo CD can deploy to besides its own cluster.
 *
 * Differs from KubeSphere: members are known to Argo CD without Secrets that tell it of them.
 *
 * @see kubesphere/ks-devops controllers/argocd/multi-cluster-controller.go
 */
export function listArgoClusters(context: RequestContext): Reply {
  return json([...argoClusters(context)].map(([name, server]) => ({ server, name })));
}

/** Addresses of clusters Argo CD knows, by name. */
function argoClusters({ cluster }: RequestContext): ReadonlyMap<string, string> {
  const members = cluster.store
    .list({ group: 'cluster.kubesphere.io', plural: 'clusters' })
    .filter(({ object }) => label(object, hostClusterLabel) === undefined)
    .map(({ object }) => [object.metadata.name, endpointOf(object)] as const);
  const secrets = cluster.store
    .list({ group: '', plural: 'secrets' })
    .filter(({ object }) => label(object, argoSecretLabel) === 'cluster')
    .map(({ object }) => [text(object, 'name'), text(object, 'server')] as const);
  return new Map([...members, ...secrets].filter(([name, server]) => name !== '' && server !== ''));
}

function endpointOf(cluster: KubeObject): string {
  return digString(cluster, 'spec', 'connection', 'kubernetesAPIEndpoint');
}

function text(secret: KubeObject, key: string): string {
  return Buffer.from(digString(secret, 'data', key), 'base64').toString('utf8');
}
