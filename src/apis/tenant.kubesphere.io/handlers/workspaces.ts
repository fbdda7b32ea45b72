import { notFound, type ApiError } from '../../../core/api-error.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { listReply, objectReply } from '../../../registry/entity-reply.js';
import { visibleWorkspaces, type PerWorkspace } from '../../../rbac/visible.js';

/** What controllers made of the templates. */
export const workspaces: PerWorkspace = { group: 'tenant.kubesphere.io', plural: 'workspaces' };
/** What users write. */
export const workspaceTemplates: PerWorkspace = {
  group: 'tenant.kubesphere.io',
  plural: 'workspacetemplates',
};

const kinds = { workspaces: 'Workspace', workspacetemplates: 'WorkspaceTemplate' } as const;

/** Lists the workspaces the caller sees, as Workspace objects. */
export function listWorkspaces(context: RequestContext): Reply {
  return listReply(context, workspaces, visibleWorkspaces(context, workspaces));
}

/** Lists the templates of the workspaces the caller sees. */
export function listWorkspaceTemplates(context: RequestContext): Reply {
  return listReply(context, workspaceTemplates, visibleWorkspaces(context, workspaceTemplates));
}

/** One workspace, as Workspace object. */
export function getWorkspace(context: RequestContext): Reply {
  return getOne(context, workspaces);
}

/** The template of one workspace. */
export function getWorkspaceTemplate(context: RequestContext): Reply {
  return getOne(context, workspaceTemplates);
}

function getOne(context: RequestContext, kind: PerWorkspace): Reply {
  const name = context.params['workspace'] ?? '';
  const found = context.cluster.store.find(kind, undefined, name);
  if (found === undefined) throw missingWorkspace(context, kind, name);
  return objectReply(context, kind, found.object);
}

/** 404 in the words of the release: the kind since 4.1, the lister's singular before. */
export function missingWorkspace(
  { release }: RequestContext,
  { group, plural }: PerWorkspace,
  name: string,
): ApiError {
  const kind = kinds[plural];
  return notFound(
    { group, plural: inRange(release.name, { since: 'v4.1' }) ? kind : kind.toLowerCase() },
    name,
  );
}
