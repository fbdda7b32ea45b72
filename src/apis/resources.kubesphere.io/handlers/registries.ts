import { ApiError, badRequest, notImplemented } from '../../../core/api-error.js';
import { digString } from '../../../core/json.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';

const dockerConfig = 'kubernetes.io/dockerconfigjson';

/** `POST /git/verify`: refused like an address without a repository. @throws ApiError 500; 501 where one would be asked */
export function verifyGit(context: RequestContext): Reply {
  const sent = readBodyObject(context, 'git.AuthInfo');
  if (digString(sent, 'remoteUrl') !== '') throw notImplemented('asking git repositories (POST git/verify)');
  throw new ApiError(500, 'InternalError', 'repository not found', { dialect: 'message' });
}

/** `POST /registry/verify`. @throws ApiError 400 for a body that cannot be read; 501 where a registry would be asked */
export function verifyRegistry(context: RequestContext): Reply {
  readBodyObject(context, 'api.RegistryCredential');
  throw notImplemented('asking image registries (POST registry/verify)');
}

/** `GET /registry/blob`. @throws ApiError 501 */
export function registryBlob(): Reply {
  throw notImplemented('asking image registries (GET registry/blob)');
}

/** `POST …/registrysecrets/{secret}/verify`. @throws ApiError 400 for another type of Secret; 501 otherwise */
export function verifyRegistrySecret(context: RequestContext): Reply {
  const type = digString(readBodyObject(context, 'v1.Secret'), 'type');
  if (type !== dockerConfig) {
    throw badRequest(`registry auth failed with err: expected secret type: ${dockerConfig}, got: ${type}`);
  }
  throw notImplemented('asking image registries (POST registrysecrets/verify)');
}

/** `GET …/imageconfig`. @throws ApiError 400 without an image; 501 otherwise */
export function imageConfig({ query }: RequestContext): Reply {
  const image = query.get('image') ?? '';
  if (image === '') throw badRequest('could not parse reference: ');
  throw notImplemented('asking image registries (GET imageconfig)');
}

/** `GET …/repositorytags`. @throws ApiError 400 without a repository; 501 otherwise */
export function repositoryTags({ query }: RequestContext): Reply {
  if ((query.get('repository') ?? '') === '') throw badRequest('empty repository name');
  throw notImplemented('asking image registries (GET repositorytags)');
}

/** `GET …/images`. @throws ApiError 501 */
export function searchImages(): Reply {
  throw notImplemented('asking image registries (GET images)');
}
