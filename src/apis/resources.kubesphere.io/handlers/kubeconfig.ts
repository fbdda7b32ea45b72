import { ApiError } from '../../../core/api-error.js';
import { digString } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { textType } from '../../../registry/reply.js';

/** `GET /users/{user}/kubeconfig`: the file that was made for a user. @throws ApiError 404, up to 3.4 500 */
export function userKubeconfig({ cluster, release, params }: RequestContext): Reply {
  const { user = '' } = params;
  const name = `kubeconfig-${user}`;
  if (inRange(release.name, { since: 'v4.1' })) {
    const secret = cluster.store.find({ group: '', plural: 'secrets' }, 'kubesphere-system', name)?.object;
    if (secret === undefined) throw missing(404, `Secret "${name}" not found`);
    return file(Buffer.from(digString(secret, 'data', 'config'), 'base64').toString('utf8'));
  }
  const namespace = 'kubesphere-controls-system';
  const map = cluster.store.find({ group: '', plural: 'configmaps' }, namespace, name)?.object;
  if (map === undefined) throw missing(500, `configmap "${name}" not found`);
  return file(digString(map, 'data', 'config'));
}

function file(text: string): Reply {
  return { status: 200, contentType: textType.replace('; charset=utf-8', ''), body: text };
}

function missing(code: number, message: string): ApiError {
  return new ApiError(code, code === 404 ? 'NotFound' : 'InternalError', message, { dialect: 'message' });
}
