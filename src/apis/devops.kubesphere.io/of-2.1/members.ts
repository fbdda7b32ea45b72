import { digString, type JsonObject } from '../../../core/json.js';
import { projectId, writeProject, type DevopsProject21 } from '../../../kube/devops-projects-2.1.js';
import { readConditions } from '../../../registry/conditions.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json } from '../../../registry/reply.js';
import { allRoles, projectFor, serviceError, withServiceErrors } from './service-error.js';

const owners = ['owner'];

/** `GET /devops/{devops}/members` of 2.1: sorted by role, or by `orderBy=name`. @throws ApiError 403, 404 */
export function listMembers(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const project = projectFor(context, allRoles);
    const { exact, limit, offset, orderBy, reverse } = readConditions(context.query);
    const keyword = exact.get('keyword') ?? '';
    const key = orderBy === 'name' ? 0 : 1;
    const found = Object.entries(project.members).filter(
      ([name]) => keyword === '' || name.includes(keyword),
    );
    found.sort((a, b) => (a[key] < b[key] ? -1 : 1) * (reverse ? -1 : 1));
    const items = found.slice(offset, limit === -1 ? undefined : offset + Math.max(0, limit));
    return json({ items: items.map(([name]) => shown(project, name)), total_count: found.length });
  });
}

/** `GET /devops/{devops}/members/{member}` of 2.1. @throws ApiError 403, 404 */
export function getMember(context: RequestContext): Reply {
  return withServiceErrors(() => json(shown(projectFor(context, allRoles), context.params['member'] ?? '')));
}

/** `POST /devops/{devops}/members` of 2.1. @throws ApiError 400, 403, 404 */
export function addMember(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const [name, role] = readMember(context);
    const project = projectFor(context, owners);
    if (Object.hasOwn(project.members, name))
      throw serviceError(400, `user [${name}] have been added to project`);
    return json(shown(withMember(context, project, name, role), name));
  });
}

/** `PATCH /devops/{devops}/members/{member}` of 2.1: gives somebody another role. @throws ApiError 400, 403, 404 */
export function changeMember(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const [, role] = readMember(context);
    const { member = '' } = context.params;
    const project = projectFor(context, owners);
    if (!Object.hasOwn(project.members, member)) throw serviceError(400, 'dbr: not found');
    return json(shown(withMember(context, project, member, role), member));
  });
}

/** `DELETE /devops/{devops}/members/{member}` of 2.1: the last owner stays. @throws ApiError 400, 403, 404 */
export function removeMember(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const { member = '' } = context.params;
    const project = projectFor(context, owners);
    const isLast = Object.values(project.members).filter((role) => role === 'owner').length === 1;
    if (isLast && Object.hasOwn(project.members, member) && project.members[member] === 'owner')
      throw serviceError(400, 'project must has at least one admin');
    const { [member]: _, ...members } = project.members;
    writeProject(context, projectId(project), { ...project, members });
    return json({ username: member });
  });
}

function readMember(context: RequestContext): readonly [name: string, role: string] {
  const sent = readBodyObject(context, 'devops.DevOpsProjectMembership');
  const [name, role] = [digString(sent, 'username'), digString(sent, 'role')];
  if (!(allRoles as readonly string[]).includes(role))
    throw serviceError(400, `err role [${role}] not in [${allRoles.join(' ')}]`);
  return [name, role];
}

function withMember(
  context: RequestContext,
  project: DevopsProject21,
  name: string,
  role: string,
): DevopsProject21 {
  const changed = { ...project, members: { ...project.members, [name]: role } };
  writeProject(context, projectId(project), changed);
  return changed;
}

function shown(project: DevopsProject21, name: string): JsonObject {
  if (!Object.hasOwn(project.members, name)) throw serviceError(404, 'dbr: not found');
  return {
    username: name,
    project_id: projectId(project),
    role: project.members[name] ?? '',
    status: 'active',
    grand_by: digString(project.shown, 'creator'),
  };
}
