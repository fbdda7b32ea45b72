import { ApiError, qualified, quote, type StatusDetails } from '../core/api-error.js';
import { goFormat } from '../core/go-format.js';
import type { User } from '../core/kube-object.js';
import type { ReleaseName } from '../core/release.js';
import type { RequestInfo } from '../core/request-info.js';

const htmlEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * The refusal of a request the caller has no right to make. Sentence and reason go through Go's formatter once, as in
 * the real server: a `%` in a name or a path shows.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers/responsewriters/errors.go
 */
export function forbidden(info: RequestInfo, user: User, reason: string, release: ReleaseName): ApiError {
  return release === 'v2.1' ? forbiddenByGateway(prefixOf(info)) : forbiddenByServer(info, user, reason);
}

/** The same in the words of Kubernetes' own server, in every release. */
export function forbiddenByServer(info: RequestInfo, user: User, reason: string): ApiError {
  const prefix = prefixOf(info);
  const sentence = sentenceOf(info, user).replace(/[&<>]/g, (character) => htmlEscapes[character] ?? '');
  const message = `${prefix}: ${goFormat(reason === '' ? sentence : `${sentence}: ${reason}`)}`;
  if (!info.isResourceRequest) return new ApiError(403, 'Forbidden', message, { details: {} });
  const details: StatusDetails = {
    ...(info.name !== '' && { name: info.name }),
    ...(info.apiGroup !== '' && { group: info.apiGroup }),
    ...(info.resource !== '' && { kind: info.resource }),
  };
  return new ApiError(403, 'Forbidden', message, { details });
}

/** In 2.1 the gateway in front refuses, and says why in a header. */
function forbiddenByGateway(prefix: string): ApiError {
  return new ApiError(403, 'Forbidden', '403 Forbidden', {
    dialect: 'text',
    headers: {
      'WWW-Authenticate': `Forbidden,${prefix}: permission undefined`.replace(/[^\x20-\x7e]/g, '?'),
    },
  });
}

function prefixOf({ isResourceRequest, apiGroup, resource, name }: RequestInfo): string {
  if (!isResourceRequest || (apiGroup === '' && resource === '')) return 'forbidden';
  const subject = qualified({ group: apiGroup, plural: resource });
  return name === '' ? `${subject} is forbidden` : `${subject} ${quote(name)} is forbidden`;
}

function sentenceOf(info: RequestInfo, user: User): string {
  const who = `User ${quote(user.name)} cannot ${info.verb}`;
  if (!info.isResourceRequest) return `${who} path ${quote(info.path)}`;
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  const where = info.namespace === '' ? 'at the cluster scope' : `in the namespace ${quote(info.namespace)}`;
  return `${who} resource ${quote(resource)} in API group ${quote(info.apiGroup)} ${where}`;
}
