import { ApiError, qualified, quote, type StatusDetails } from '../../core/api-error.js';
import type { User } from '../../core/kube-object.js';
import type { RequestInfo } from '../../core/request-info.js';
import type { AccessAttributes } from '../../registry/contract.js';

const htmlEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What the authorizer is asked about a request. */
export function attributesOf(info: RequestInfo, user: User): AccessAttributes {
  return {
    user,
    verb: info.verb,
    apiGroup: info.apiGroup,
    apiVersion: info.apiVersion,
    resource: info.resource,
    subresource: info.subresource,
    name: info.name,
    namespace: info.namespace,
    workspace: info.workspace,
    scope: info.scope,
    devops: info.devops,
    isKubernetesRequest: info.isKubernetesRequest,
    ...(!info.isResourceRequest && { path: info.path }),
  };
}

/**
 * The refusal of a request the caller has no right to make.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers/responsewriters/errors.go
 */
export function forbidden(info: RequestInfo, user: User, reason: string): ApiError {
  const sentence = sentenceOf(info, user).replace(/[&<>]/g, (character) => htmlEscapes[character] ?? '');
  const because = reason === '' ? '' : `: ${reason}`;
  if (!info.isResourceRequest) {
    return new ApiError(403, 'Forbidden', `forbidden: ${sentence}${because}`, { details: {} });
  }
  const subject = qualified({ group: info.apiGroup, plural: info.resource });
  const named = info.name === '' ? subject : `${subject} ${quote(info.name)}`;
  const details: StatusDetails = {
    ...(info.name !== '' && { name: info.name }),
    ...(info.apiGroup !== '' && { group: info.apiGroup }),
    ...(info.resource !== '' && { kind: info.resource }),
  };
  return new ApiError(403, 'Forbidden', `${named} is forbidden: ${sentence}${because}`, { details });
}

function sentenceOf(info: RequestInfo, user: User): string {
  const who = `User ${quote(user.name)} cannot ${info.verb}`;
  if (!info.isResourceRequest) return `${who} path ${quote(info.path)}`;
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  const where = info.namespace === '' ? 'at the cluster scope' : `in the namespace ${quote(info.namespace)}`;
  return `${who} resource ${quote(resource)} in API group ${quote(info.apiGroup)} ${where}`;
}
