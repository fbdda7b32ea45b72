import { ApiError } from '../../../core/api-error.js';
import { projectId, readProjects, type DevopsProject21 } from '../../../kube/devops-projects-2.1.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';

/** Who is everywhere the owner. */
const administrator = 'admin';
const dialect = 'serviceError';

/** A refusal as go-restful's ServiceError. */
export function serviceError(code: number, message: string): ApiError {
  return new ApiError(code, 'ServiceError', message, { dialect });
}

/**
 * Runs a handler of 2.1: a body nobody can read is a ServiceError too.
 *
 * @see kubesphere/kubesphere pkg/server/errors/errors.go ParseSvcErr
 */
export function withServiceErrors(run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    if (error instanceof ApiError && error.code === 400) throw serviceError(400, error.message);
    throw error;
  }
}

/** The project a URL names, for who has one of some roles in it. @throws ApiError 403, 404 */
export function projectFor(context: RequestContext, roles: readonly string[]): DevopsProject21 {
  const { params, user } = context;
  const id = params['devops'] ?? '';
  const found = readProjects(context).find((one) => projectId(one) === id);
  const role =
    found !== undefined && Object.hasOwn(found.members, user.name) ? found.members[user.name] : undefined;
  if (user.name !== administrator) {
    if (role === undefined) throw serviceError(403, 'dbr: not found');
    if (!roles.includes(role))
      throw serviceError(403, `user [${user.name}] in project [${id}] role is not in [${roles.join(' ')}]`);
  }
  if (found === undefined) throw serviceError(404, 'dbr: not found');
  return found;
}

/** Roles in DevOps projects, the highest first. */
export const allRoles = ['owner', 'maintainer', 'developer', 'reporter'] as const;
/** Who may change what a project holds. */
export const maintainers: readonly string[] = ['owner', 'maintainer'];
