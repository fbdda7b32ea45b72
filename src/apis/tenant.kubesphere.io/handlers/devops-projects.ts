import { label, type User } from '../../../core/kube-object.js';
import { workspaceLabel } from '../../../core/well-known-keys.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { listReply } from '../../../registry/entity-reply.js';

const projects = { group: 'devops.kubesphere.io', plural: 'devopsprojects' };

/** `GET /workspaces/{workspace}/devops` (3.x): the DevOps projects of a workspace that the caller sees. */
export function listDevopsProjects(context: RequestContext): Reply {
  return listFor(context, context.user);
}

/** `GET /workspaces/{workspace}/workspacemembers/{workspacemember}/devops` (3.x): those that a member sees. */
export function listDevopsOfMember(context: RequestContext): Reply {
  return listFor(context, { name: context.params['workspacemember'] ?? '', uid: '', groups: [], extra: {} });
}

function listFor(context: RequestContext, user: User): Reply {
  const { authorize, cluster, params } = context;
  const workspace = params['workspace'] ?? '';
  const attributes = { user, apiGroup: '*', resource: 'devops', verb: 'list', workspace } as const;
  const seesAll = authorize({ ...attributes, scope: 'Workspace' }).allowed;
  const found = cluster.store.list(projects).filter(({ object }) => {
    if (label(object, workspaceLabel) !== workspace) return false;
    const devops = object.metadata.name;
    return seesAll || authorize({ ...attributes, verb: 'get', devops, scope: 'DevOps' }).allowed;
  });
  return listReply(context, projects, found);
}
