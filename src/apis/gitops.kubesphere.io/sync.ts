import { ApiError, badRequest } from '../../core/api-error.js';
import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { objectReply } from '../../registry/entity-reply.js';
import { readBodyObject } from '../../registry/read-json-body.js';
import { updateObject } from '../../registry/verbs/update.js';
import { applicationKind, applicationOf } from './application-of.js';

/**
 * `POST …/applications/{application}/sync`: has Argo CD deploy what the repository says, or a revision of it.
 *
 * @throws ApiError 400 for what is no request, without Argo CD, and while it is at it; 404
 * @see kubesphere/ks-devops pkg/kapis/gitops/v1alpha1/argocd/handler.go
 */
export function syncApplication(context: RequestContext): Reply {
  const sent = readSync(context);
  const app = applicationOf(context);
  const spec = digObject(app, 'spec');
  const argo = spec['argoApp'];
  if (!isJsonObject(argo))
    throw serviceError('application is not initialized, please confirm you have already configured it');
  if (isJsonObject(argo['operation'])) throw serviceError('another operation is already in progress');
  const argoApp = { ...argo, operation: operationOf(sent, argo, context.user.name) };
  const changed = { ...app, spec: { ...spec, argoApp } };
  const resource = applicationKind(context);
  const updated = updateObject(context, resource, changed, { unconditional: true });
  return objectReply(context, resource, updated.object, 'created');
}

function readSync(context: RequestContext): JsonObject {
  try {
    return readBodyObject(context, 'argocd.ApplicationSyncRequest');
  } catch (error) {
    if (error instanceof ApiError) throw serviceError('invalid application sync request');
    throw error;
  }
}

/** An error of go-restful, which prints its status as well. */
function serviceError(message: string): ApiError {
  return badRequest(`[ServiceError:400] ${message}`);
}

function operationOf(sent: JsonObject, argo: JsonObject, username: string): JsonObject {
  const policy = digObject(argo, 'spec', 'syncPolicy');
  const options = sent['syncOptions'] ?? policy['syncOptions'];
  const retry = sent['retryStrategy'] ?? policy['retry'];
  const strategy = sent['strategy'];
  const lists = Object.fromEntries(
    ['resources', 'manifests'].flatMap((key) =>
      digArray(sent, key).length > 0 ? [[key, digArray(sent, key)]] : [],
    ),
  );
  const revision = digString(sent, 'revision');
  return {
    sync: {
      ...(revision !== '' && { revision }),
      ...(dig(sent, 'prune') === true && { prune: true }),
      ...(dig(sent, 'dryRun') === true && { dryRun: true }),
      ...(isJsonObject(strategy) && { syncStrategy: strategy }),
      ...lists,
      ...(Array.isArray(options) && options.length > 0 && { syncOptions: options }),
    },
    initiatedBy: { username },
    ...(digArray(sent, 'infos').length > 0 && { info: digArray(sent, 'infos') }),
    ...(isJsonObject(retry) && { retry }),
  };
}
