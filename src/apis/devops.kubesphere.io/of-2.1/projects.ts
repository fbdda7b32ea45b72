import { digString } from '../../../core/json.js';
import { projectId, writeProject } from '../../../kube/devops-projects-2.1.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json } from '../../../registry/reply.js';
import { allRoles, projectFor, withServiceErrors } from './service-error.js';

/** What roles are for. */
const descriptions: Readonly<Record<(typeof allRoles)[number], string>> = {
  owner:
    'Owner have access to do all the operations of a DevOps project and own the highest permissions as well.',
  maintainer: 'Maintainer have access to manage pipeline and credential configuration in a DevOps project.',
  developer: 'Developer is able to view and trigger the pipeline.',
  reporter: 'Reporter is only allowed to view the status of the pipeline.',
};

/** `GET /devops/{devops}` of 2.1. @throws ApiError 403, 404 */
export function getProject(context: RequestContext): Reply {
  return withServiceErrors(() => json(projectFor(context, allRoles).shown));
}

/** `PATCH /devops/{devops}` of 2.1: changes what is not empty of name, description and extra. @throws ApiError 400, 403, 404 */
export function changeProject(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const sent = readBodyObject(context, 'devops.DevOpsProject');
    const project = projectFor(context, ['owner']);
    const given = ['name', 'description', 'extra'].flatMap((key) => {
      const value = digString(sent, key);
      return value === '' ? [] : [[key, value] as const];
    });
    const changes = Object.fromEntries(given);
    const { project_id, name, description, ...rest } = { ...project.shown, ...changes };
    const shown = {
      project_id: project_id ?? '',
      name: name ?? '',
      ...(description !== undefined && { description }),
      ...rest,
    };
    writeProject(context, projectId(project), { ...project, shown });
    return json(shown);
  });
}

/** `GET /devops/{devops}/defaultroles` of 2.1. */
export function listRoles(): Reply {
  return json(allRoles.map((name) => ({ name, description: descriptions[name] })));
}
