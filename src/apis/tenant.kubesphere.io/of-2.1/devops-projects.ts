import { ApiError, badRequest, notFound } from '../../../core/api-error.js';
import { goJsonType } from '../../../core/go-json.js';
import { digString, type JsonObject } from '../../../core/json.js';
import {
  projectId,
  readProjects,
  writeProject,
  type DevopsProject21,
} from '../../../kube/devops-projects-2.1.js';
import { simpleRulesOfDevopsRole } from '../../../rbac/simple-rules-2.1.js';
import { readConditions } from '../../../registry/conditions.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json, success } from '../../../registry/reply.js';

const workspaces = { group: 'tenant.kubesphere.io', plural: 'workspaces' };
/** Who is everywhere the owner. */
const administrator = 'admin';

/** `GET /workspaces/{workspace}/devops` of 2.1: the projects of a workspace the caller is a member of. */
export function listProjects(context: RequestContext): Reply {
  return listFor(context, context.user.name);
}

/** `GET /workspaces/{workspace}/members/{member}/devops` of 2.1: those somebody else is a member of. */
export function listProjectsOfMember(context: RequestContext): Reply {
  return listFor(context, context.params['member'] ?? '');
}

function listFor(context: RequestContext, user: string): Reply {
  const { exact, limit, offset, orderBy, reverse } = readConditions(context.query);
  const keyword = exact.get('keyword') ?? '';
  const found = readProjects(context).filter(
    (project) =>
      digString(project.shown, 'workspace') === context.params['workspace'] &&
      digString(project.shown, 'name').includes(keyword) &&
      roleIn(project, user) !== undefined,
  );
  const key = orderBy === 'name' ? 'name' : 'create_time';
  found.sort((a, b) => compare(digString(a.shown, key), digString(b.shown, key)) * (reverse ? -1 : 1));
  const items = found.slice(offset, limit === -1 ? undefined : offset + Math.max(0, limit));
  return json({ items: items.map(({ shown }) => shown), total_count: found.length });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `GET /devopscount` of 2.1: how many projects the caller is a member of. */
export function countProjects(context: RequestContext): Reply {
  const own = readProjects(context).filter((one) => roleIn(one, context.user.name) !== undefined);
  return json({ count: own.length });
}

/** `POST /workspaces/{workspace}/devops` of 2.1: whoever makes a project is its owner. */
export function createProject(context: RequestContext): Reply {
  const { world, user, params } = context;
  const sent = readBodyObject(context, 'devops.DevOpsProject');
  const text = (key: string): string => {
    const value = Object.hasOwn(sent, key) ? sent[key] : undefined;
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    const what = `cannot unmarshal ${goJsonType(value)} into Go struct field DevOpsProject.${key} of type string`;
    throw badRequest(`json: ${what}`);
  };
  const [name, description, extra] = [text('name'), text('description'), text('extra')];
  const shown: JsonObject = {
    project_id: `project-${world.random.uuid().replaceAll('-', '').slice(0, 12)}`,
    name,
    ...(description !== '' && { description }),
    creator: user.name,
    create_time: world.clock.timestamp(),
    status: 'active',
    visibility: 'private',
    ...(extra !== '' && { extra }),
    workspace: params['workspace'] ?? '',
  };
  writeProject(context, digString(shown, 'project_id'), { shown, members: { [user.name]: 'owner' } });
  return json(shown);
}

/** `DELETE /workspaces/{workspace}/devops/{devops}` of 2.1: for owners. @throws ApiError 400, 403, 404 */
export function deleteProject(context: RequestContext): Reply {
  const { cluster, params, user } = context;
  const { workspace = '', devops = '' } = params;
  if (cluster.store.find(workspaces, undefined, workspace) === undefined)
    throw badRequest(notFound({ group: workspaces.group, plural: 'workspace' }, workspace).message);
  const project = required(context, devops);
  if (roleIn(project, user.name) !== 'owner') throw new ApiError(403, 'Forbidden', 'forbidden');
  writeProject(context, devops, undefined);
  return success();
}

/** `GET /devops/{devops}/rules` of 2.1: what the caller may do in a project. @throws ApiError 403, 404 */
export function devopsRules(context: RequestContext): Reply {
  const role = roleIn(required(context, context.params['devops'] ?? ''), context.user.name);
  if (role === undefined) throw new ApiError(403, 'Forbidden', 'forbidden');
  return json(simpleRulesOfDevopsRole(role));
}

function required(context: RequestContext, id: string): DevopsProject21 {
  const found = readProjects(context).find((one) => projectId(one) === id);
  if (found === undefined) throw new ApiError(404, 'NotFound', 'dbr: not found');
  return found;
}

function roleIn({ members }: DevopsProject21, user: string): string | undefined {
  if (user === administrator) return 'owner';
  return Object.hasOwn(members, user) ? members[user] : undefined;
}
