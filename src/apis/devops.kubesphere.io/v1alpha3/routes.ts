import type { Handler, Route } from '../../../registry/contract.js';
import { unknownPaths } from '../../unknown-paths.js';
import type { ContentKind } from '../contents.js';
import type * as runHandlers from '../pipeline-runs.js';

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

const runs =
  (name: keyof typeof runHandlers): Handler =>
  async (context) =>
    (await import('../pipeline-runs.js'))[name](context);

/** What came with the service that pipelines moved to. */
const runRows: readonly (readonly [method: 'GET' | 'POST', path: string, handle: Handler])[] = [
  ['GET', '/pipelines/{pipeline}/pipelineruns', runs('listPipelineRuns')],
  ['POST', '/pipelines/{pipeline}/pipelineruns', runs('createPipelineRun')],
  ['GET', '/pipelines/{pipeline}/branches', runs('listPipelineBranches')],
  ['GET', '/pipelines/{pipeline}/branches/{branch}', runs('getPipelineBranch')],
  ['GET', '/pipelineruns/{pipelinerun}', runs('getPipelineRun')],
  ['GET', '/pipelineruns/{pipelinerun}/nodedetails', runs('listNodeDetails')],
];

const projects = '/workspaces/{workspace}/devops';

/** Projects of a workspace, and what they hold. */
export const routes: readonly Route[] = [
  { method: 'GET', path: projects, handle: project('listProjects') },
  { method: 'POST', path: projects, handle: project('createProject') },
  { method: 'GET', path: `${projects}/{devops}`, handle: project('getProject') },
  { method: 'PUT', path: `${projects}/{devops}`, handle: project('updateProject') },
  { method: 'DELETE', path: `${projects}/{devops}`, handle: project('deleteProject') },
  ...runRows.map(([method, path, handle]): Route => ({
    method,
    path: `/namespaces/{namespace}${path}`,
    handle,
    since: 'v3.3',
  })),
  ...unknownPaths,
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
