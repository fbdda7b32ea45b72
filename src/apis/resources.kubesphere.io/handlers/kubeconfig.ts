import { ApiError } from '../../../core/api-error.js';
import { inRange } from '../../../core/release.js';
import { controllerContext } from '../../../controllers/controller.js';
import {
  kubeconfigIn,
  kubeconfigName,
  kubeconfigPlace,
} from '../../../controllers/kubeconfig/kubeconfig-place.js';
import { provideKubeconfig } from '../../../controllers/kubeconfig/provide-kubeconfig.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { textType } from '../../../registry/reply.js';

const users = { group: 'iam.kubesphere.io', plural: 'users' };

/**
 * `GET /users/{user}/kubeconfig`: the file that was made for a user, which is made now for users nobody has asked it of
 * yet.
 *
 * @throws ApiError 404, up to 3.4 500
 */
export function userKubeconfig(context: RequestContext): Reply {
  const { world, catalog, cluster, release, params } = context;
  const { user: name = '' } = params;
  const user = world.host.store.find(users, undefined, name)?.object;
  if (user !== undefined && inRange(release.name, { since: 'v3.0' }))
    provideKubeconfig(controllerContext(world, catalog, cluster), user);
  const { resource, namespace } = kubeconfigPlace(release.name);
  const holder = cluster.store.find(resource, namespace, kubeconfigName(name))?.object;
  if (holder !== undefined)
    return { status: 200, contentType: textType.replace('; charset=utf-8', ''), body: kubeconfigIn(holder) };
  throw inRange(release.name, { since: 'v4.1' })
    ? missing(404, `Secret "${kubeconfigName(name)}" not found`)
    : missing(500, `configmap "${kubeconfigName(name)}" not found`);
}

function missing(code: number, message: string): ApiError {
  return new ApiError(code, code === 404 ? 'NotFound' : 'InternalError', message, { dialect: 'message' });
}
