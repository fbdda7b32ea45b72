import { ApiError } from '../../../core/api-error.js';
import { digArray, digString } from '../../../core/json.js';
import { controllerReference, label } from '../../../core/kube-object.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';

const namespace = 'kubesphere-controls-system';
const image = 'kubesphere/kubectl:v1.22.0';

/**
 * `GET /users/{user}/kubectl` (up to 3.4): the pod of a user's Deployment in which a terminal finds kubectl.
 *
 * @throws ApiError 500 for a user there is not, or while the pod does not run
 */
export function kubectlPod(context: RequestContext): Reply {
  const { cluster, params } = context;
  const user = params['user'] ?? '';
  ensureDeployment(context, user);
  const pod = cluster.store
    .list({ group: '', plural: 'pods' }, namespace)
    .map(({ object }) => object)
    .find((one) => label(one, 'username') === user && digString(one, 'status', 'phase') === 'Running');
  if (pod === undefined) throw failed(`cannot find pod of user ${user}`);
  const container = digString(digArray(pod, 'spec', 'containers')[0], 'name');
  return json({ namespace, pod: pod.metadata.name, container });
}

/** Differs from KubeSphere: the Deployment is made when it is first asked for, not with the user. */
function ensureDeployment(context: RequestContext, user: string): void {
  const name = `kubectl-${user}`;
  const { store } = context.cluster;
  if (store.find({ group: 'apps', plural: 'deployments' }, namespace, name) !== undefined) return;
  const owner = store.find({ group: 'iam.kubesphere.io', plural: 'users' }, undefined, user)?.object;
  if (owner === undefined) throw failed(`deployment.apps "${name}" not found`);
  const labels = { username: user };
  createObject(context, context.catalog.get('apps', 'deployments'), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, ownerReferences: [controllerReference(owner)] },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'kubectl', image }] } },
    },
  });
}

function failed(why: string): ApiError {
  return new ApiError(500, 'InternalError', why, { dialect: 'message' });
}
