import { digArray, digObject, digString, isJsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { selects } from '../../../core/object-selector.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import type { StoredObject } from '../../../state/object-store.js';
import { listReply } from '../../../registry/entity-reply.js';
import { visibleClusters } from '../../../rbac/visible.js';
import { missingWorkspace, workspaceTemplates } from './workspaces.js';

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };

/** `GET /clusters`: what the caller sees, without kubeconfig. */
export function listClusters(context: RequestContext): Reply {
  return listReply(context, clusters, visibleClusters(context), withoutKubeconfig, {
    form: 'without kubeconfig',
  });
}

/** `GET /workspaces/{workspace}/clusters`: where a workspace is placed, in the order it says so; never paged. */
export function listWorkspaceClusters(context: RequestContext): Reply {
  const { store } = context.cluster;
  const name = context.params['workspace'] ?? '';
  const template = store.find(workspaceTemplates, undefined, name)?.object;
  if (template === undefined) throw missingWorkspace(context, workspaceTemplates, name);
  return listReply(context, clusters, placedOn(context, template), withoutKubeconfig, { everything: true });
}

function placedOn({ cluster }: RequestContext, template: KubeObject): readonly StoredObject[] {
  const { store } = cluster;
  const placement = digObject(template, 'spec', 'placement');
  const named = digArray(placement, 'clusters');
  if (named.length > 0)
    return named.flatMap((one) => store.find(clusters, undefined, digString(one, 'name')) ?? []);
  const selector = placement['clusterSelector'];
  if (!isJsonObject(selector)) return [];
  return store.list(clusters).filter(({ object }) => selects(selector, object.metadata.labels));
}

/** The same cluster without the credentials to it. */
export function withoutKubeconfig(cluster: KubeObject): KubeObject {
  const spec = digObject(cluster, 'spec');
  const { kubeconfig, ...connection } = digObject(spec, 'connection');
  return kubeconfig === undefined ? cluster : { ...cluster, spec: { ...spec, connection } };
}
