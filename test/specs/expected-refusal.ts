import type { User } from '../../src/core/kube-object.js';
import { parseRequestInfo, type RequestInfo } from '../../src/core/request-info.js';
import { attributesOf } from '../../src/rbac/access-attributes.js';
import { isAllowedPath } from '../../src/rbac/allowed-paths.js';
import { evaluate } from '../../src/rbac/evaluate.js';
import type { World } from '../../src/state/world.js';

/** A refusal before any handler: its status and its body, parsed where that is JSON. */
export interface Refusal {
  readonly status: number;
  readonly body: unknown;
}

/**
 * How the release refuses a request, by its roles and bindings and by the texts of Kubernetes; `undefined` when it does not.
 *
 * @param user `undefined` for a request without credentials
 */
export function expectedRefusal(
  method: string,
  target: string,
  user: User | undefined,
  world: World,
): Refusal | undefined {
  const { release } = world;
  const [path = '', query] = target.split('?');
  const info = parseRequestInfo(
    method,
    decodeURIComponent(path),
    new URLSearchParams(query),
    release,
    target,
  );
  const isOld = release.name === 'v2.1';
  const isOpen = isOld
    ? [...release.allowedPaths, ...(method === 'GET' ? (release.allowedReads ?? []) : [])].some((prefix) =>
        info.path.startsWith(prefix.replace(/\*$/, '')),
      )
    : isAllowedPath(info.path, release.allowedPaths);
  if (isOpen) return undefined;
  if (isOld && user === undefined) return { status: 401, body: '401 Unauthorized' };
  const who = user ?? { name: 'system:anonymous', uid: '', groups: ['system:unauthenticated'], extra: {} };
  const { allowed, reason } = evaluate(attributesOf(info, who), world, world.host);
  if (allowed) return undefined;
  if (isOld) return { status: 403, body: '403 Forbidden' };
  return { status: 403, body: forbiddenStatus(info, who, reason) };
}

function forbiddenStatus(info: RequestInfo, { name: user }: User, reason: string): object {
  const { isResourceRequest, verb, path, apiGroup, resource, subresource, name, namespace } = info;
  const kind = apiGroup === '' ? resource : `${resource}.${apiGroup}`;
  const subject = !isResourceRequest ? 'forbidden' : `${kind}${name === '' ? '' : ` "${name}"`} is forbidden`;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const deed = isResourceRequest
    ? `resource "${what}" in API group "${apiGroup}" ${where}`
    : `path "${path}"`;
  const told = `${subject}: User "${user}" cannot ${verb} ${deed}${reason === '' ? '' : `: ${reason}`}`;
  const details = isResourceRequest
    ? {
        ...(name !== '' && { name }),
        ...(apiGroup !== '' && { group: apiGroup }),
        ...(resource !== '' && { kind: resource }),
      }
    : {};
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: told,
    reason: 'Forbidden',
    details,
    code: 403,
  };
}
