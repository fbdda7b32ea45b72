import type { Handler, Route } from '../../../registry/contract.js';
import {
  listNamespacesByConditions,
  listNamespacesOfMemberByConditions,
  listWorkspacesByConditions,
} from '../handlers/condition-lists.js';
import { createNamespace, deleteNamespace } from '../handlers/namespaces.js';
import type * as devopsProjects from '../of-2.1/devops-projects.js';
import type * as ruleLists from '../of-2.1/rules.js';
import { getWorkspace } from '../handlers/workspaces.js';

const workspace = '/workspaces/{workspace}';

const rules =
  (name: keyof typeof ruleLists): Handler =>
  async (context) =>
    (await import('../of-2.1/rules.js'))[name](context);

const devops =
  (name: keyof typeof devopsProjects): Handler =>
  async (context) =>
    (await import('../of-2.1/devops-projects.js'))[name](context);

const logs: Handler = async (context) => (await import('../../../search/logs-2.1.js')).searchOwnLogs(context);

/** What 2.1 has at the same place: lists by conditions, and workspaces that are no templates. */
export const routes21: readonly Route[] = [
  { method: 'GET', path: '/workspaces', handle: listWorkspacesByConditions },
  { method: 'GET', path: workspace, handle: getWorkspace },
  { method: 'GET', path: `${workspace}/namespaces`, handle: listNamespacesByConditions },
  { method: 'POST', path: `${workspace}/namespaces`, handle: createNamespace },
  { method: 'DELETE', path: `${workspace}/namespaces/{namespace}`, handle: deleteNamespace },
  {
    method: 'GET',
    path: `${workspace}/members/{member}/namespaces`,
    handle: listNamespacesOfMemberByConditions,
  },
  { method: 'GET', path: `${workspace}/rules`, handle: rules('workspaceRules') },
  { method: 'GET', path: '/namespaces/{namespace}/rules', handle: rules('namespaceRules') },
  { method: 'GET', path: '/logs', handle: logs },
  { method: 'GET', path: `${workspace}/devops`, handle: devops('listProjects') },
  { method: 'POST', path: `${workspace}/devops`, handle: devops('createProject') },
  { method: 'DELETE', path: `${workspace}/devops/{devops}`, handle: devops('deleteProject') },
  { method: 'GET', path: `${workspace}/members/{member}/devops`, handle: devops('listProjectsOfMember') },
  { method: 'GET', path: '/devops/{devops}/rules', handle: devops('devopsRules') },
  { method: 'GET', path: '/devopscount', handle: devops('countProjects') },
];
