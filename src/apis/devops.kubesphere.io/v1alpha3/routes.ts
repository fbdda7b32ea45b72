import type { Handler, Route } from '../../../registry/contract.js';
import type { ContentKind } from '../contents.js';

type ProjectHandler = 'listProjects' | 'createProject' | 'getProject' | 'updateProject' | 'deleteProject';
type ContentHandler = 'listContents' | 'createContent' | 'getContent' | 'updateContent' | 'deleteContent';

const project =
  (name: ProjectHandler): Handler =>
  async (context) =>
    (await import('../projects.js'))[name](context);

const content =
  (name: ContentHandler, kind: ContentKind): Handler =>
  async (context) =>
    (await import('../contents.js'))[name](context, kind);

const projects = '/workspaces/{workspace}/devops';

/** Projects of a workspace, and what they hold. */
export const routes: readonly Route[] = [
  { method: 'GET', path: projects, handle: project('listProjects') },
  { method: 'POST', path: projects, handle: project('createProject') },
  { method: 'GET', path: `${projects}/{devops}`, handle: project('getProject') },
  { method: 'PUT', path: `${projects}/{devops}`, handle: project('updateProject') },
  { method: 'DELETE', path: `${projects}/{devops}`, handle: project('deleteProject') },
  ...(['pipeline', 'credential'] as const).flatMap((kind): Route[] => {
    const path = `/devops/{devops}/${kind}s`;
    return [
      { method: 'GET', path, handle: content('listContents', kind) },
      { method: 'POST', path, handle: content('createContent', kind) },
      { method: 'GET', path: `${path}/{${kind}}`, handle: content('getContent', kind) },
      { method: 'PUT', path: `${path}/{${kind}}`, handle: content('updateContent', kind) },
      { method: 'DELETE', path: `${path}/{${kind}}`, handle: content('deleteContent', kind) },
    ];
  }),
];
