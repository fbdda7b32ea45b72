import { unknownPaths } from '../../unknown-paths.js';
import type { ReleaseRange } from '../../../core/release.js';
import type { Handler, Route, RouteMethod } from '../../../registry/contract.js';
import type * as convertHandlers from '../convert.js';
import type * as credentialHandlers21 from '../of-2.1/credentials.js';
import type * as memberHandlers21 from '../of-2.1/members.js';
import type * as pipelineHandlers21 from '../of-2.1/pipelines.js';
import type * as projectHandlers21 from '../of-2.1/projects.js';
import type * as binaryHandlers from '../s2i-binaries.js';
import type * as pageHandlers from '../jenkins-pages.js';
import type * as jobHandlers from '../jobs-and-runs.js';
import type * as nodeHandlers from '../nodes.js';
import type * as scanHandlers from '../scan.js';
import type * as scmHandlers from '../scm.js';

const jobs =
  (name: Exclude<keyof typeof jobHandlers, 'from'>): Handler =>
  async (context) =>
    (await import('../jobs-and-runs.js'))[name](context);
const nodes =
  (name: keyof typeof nodeHandlers): Handler =>
  async (context) =>
    (await import('../nodes.js'))[name](context);
const scan =
  (name: Exclude<keyof typeof scanHandlers, 'indexBranches'>): Handler =>
  async (context) =>
    (await import('../scan.js'))[name](context);
const scm =
  (name: keyof typeof scmHandlers): Handler =>
  async (context) =>
    (await import('../scm.js'))[name](context);
const convert =
  (name: keyof typeof convertHandlers): Handler =>
  async (context) =>
    (await import('../convert.js'))[name](context);
const pages =
  (name: keyof typeof pageHandlers): Handler =>
  async (context) =>
    (await import('../jenkins-pages.js'))[name](context);
const projects21 =
  (name: keyof typeof projectHandlers21): Handler =>
  async (context) =>
    (await import('../of-2.1/projects.js'))[name](context);
const members21 =
  (name: keyof typeof memberHandlers21): Handler =>
  async (context) =>
    (await import('../of-2.1/members.js'))[name](context);
const credentials21 =
  (name: keyof typeof credentialHandlers21): Handler =>
  async (context) =>
    (await import('../of-2.1/credentials.js'))[name](context);
const pipelines21 =
  (name: Exclude<keyof typeof pipelineHandlers21, 'existingOf21'>): Handler =>
  async (context) =>
    (await import('../of-2.1/pipelines.js'))[name](context);
const binaries =
  (name: keyof typeof binaryHandlers): Handler =>
  async (context) =>
    (await import('../s2i-binaries.js'))[name](context);
const cron: Handler = async (context) => (await import('../cron.js')).checkCron(context);
const sonar: Handler = async (context) => (await import('../sonar.js')).sonarStatus(context);
const usage: Handler = async (context) => (await import('../credential-usage.js')).credentialUsage(context);

type Row = readonly [method: RouteMethod, path: string, handle: Handler, range?: ReleaseRange];

const since30: ReleaseRange = { since: 'v3.0' };
const only21: ReleaseRange = { until: 'v2.1' };
const plainText = ['text/plain; charset=utf-8'];
const jsonAndCharset = ['application/json', 'charset=utf-8'];
const form = ['application/x-www-form-urlencoded'];
const pipeline = '/devops/{devops}/pipelines/{pipeline}';
const branch = `${pipeline}/branches/{branch}`;

/** What runs have, of pipelines and of their branches. */
const runRows: readonly Row[] = [
  ['POST', '/runs', jobs('runJob')],
  ['GET', '/runs/{run}', jobs('getRun')],
  ['POST', '/runs/{run}/stop', jobs('stopRun')],
  ['POST', '/runs/{run}/replay', jobs('replayRun')],
  ['GET', '/runs/{run}/artifacts', jobs('listArtifacts')],
  ['GET', '/runs/{run}/log', jobs('getRunLog')],
  ['GET', '/runs/{run}/nodes', nodes('listNodes')],
  ['GET', '/runs/{run}/nodesdetail', nodes('listNodeDetails')],
  ['GET', '/runs/{run}/nodes/{node}/steps', nodes('listSteps')],
  ['POST', '/runs/{run}/nodes/{node}/steps/{step}', nodes('answerStep')],
  ['GET', '/runs/{run}/nodes/{node}/steps/{step}/log', nodes('getStepLog')],
];

/** What is kept with projects: objects of their own since 3.0. */
const rowsOf21: readonly Row[] = [
  ['GET', '/devops/{devops}', projects21('getProject')],
  ['PATCH', '/devops/{devops}', projects21('changeProject')],
  ['GET', '/devops/{devops}/defaultroles', projects21('listRoles')],
  ['GET', '/devops/{devops}/members', members21('listMembers')],
  ['POST', '/devops/{devops}/members', members21('addMember')],
  ['GET', '/devops/{devops}/members/{member}', members21('getMember')],
  ['PATCH', '/devops/{devops}/members/{member}', members21('changeMember')],
  ['DELETE', '/devops/{devops}/members/{member}', members21('removeMember')],
  ['GET', '/devops/{devops}/credentials', credentials21('listCredentials')],
  ['POST', '/devops/{devops}/credentials', credentials21('createCredential')],
  ['GET', '/devops/{devops}/credentials/{credential}', credentials21('getCredential')],
  ['PUT', '/devops/{devops}/credentials/{credential}', credentials21('updateCredential')],
  ['DELETE', '/devops/{devops}/credentials/{credential}', credentials21('deleteCredential')],
  ['POST', '/devops/{devops}/pipelines', pipelines21('createPipeline')],
  ['GET', pipeline, pipelines21('getPipeline')],
  ['PUT', pipeline, pipelines21('updatePipeline')],
  ['DELETE', pipeline, pipelines21('deletePipeline')],
  ['GET', `${pipeline}/config`, pipelines21('pipelineConfig')],
];

const binary = '/namespaces/{namespace}/s2ibinaries/{s2ibinary}/file';

const rows: readonly Row[] = [
  ...rowsOf21.map(([method, path, handle]): Row => [method, path, handle, only21]),
  ['PUT', binary, binaries('uploadBinary')],
  ['GET', `${binary}/{file}`, binaries('downloadBinary')],
  ...[pipeline, branch].flatMap((place) =>
    runRows.map(([method, path, handle]): Row => [method, place + path, handle]),
  ),
  ...[pipeline, branch].map((place): Row => ['GET', `${place}/sonarstatus`, sonar]),
  ['GET', pipeline, jobs('getJob'), since30],
  ['GET', '/search', jobs('searchJobs')],
  ['GET', `${pipeline}/runs`, jobs('listRuns')],
  ['GET', `${pipeline}/branches`, jobs('listBranches')],
  ['GET', branch, jobs('getBranch')],
  ['POST', `${pipeline}/scan`, scan('scanJob')],
  ['GET', `${pipeline}/consolelog`, scan('getConsoleLog')],
  ['GET', '/webhook/git', scan('notifyOfCommit')],
  ['POST', '/webhook/git', scan('notifyOfCommit')],
  ['POST', '/webhook/github', scan('takeGithubEvent')],
  ['GET', '/crumbissuer', pages('issueCrumb')],
  ['GET', '/jenkins/{path:*}', pages('jenkinsPage'), since30],
  ['GET', '/devops/{devops}/jenkins/{path:*}', pages('jenkinsPage'), { since: 'v3.1' }],
  ['GET', '/devops/{devops}/credentials/{credential}/usage', usage, since30],
  ['GET', '/scms/{scm}/servers', scm('listServers')],
  ['POST', '/scms/{scm}/servers', scm('addServer')],
  ['POST', '/scms/{scm}/verify', scm('verifyToken')],
  ['GET', '/scms/{scm}/organizations', scm('listOrganizations')],
  ['GET', '/scms/{scm}/organizations/{organization}/repositories', scm('listRepositories')],
  ['POST', '/devops/{devops}/checkCron', cron],
  ['POST', `${pipeline}/checkScriptCompile`, convert('checkScript')],
  ['POST', '/tojenkinsfile', convert('convertToJenkinsfile')],
  ['POST', '/tojson', convert('convertToJson')],
];

/** What routes take and give where that is not JSON, by the end of their paths. */
const media: readonly (readonly [end: RegExp, Pick<Route, 'consumes' | 'produces'>])[] = [
  [/\/(log|consolelog)$|\/webhook\/git$/, { produces: plainText }],
  [/\/steps\/\{step\}$/, { produces: plainText }],
  [/\/scan$/, { produces: ['text/html; charset=utf-8'] }],
  [/\/checkCron$/, { produces: jsonAndCharset }],
  [/\/checkScriptCompile$/, { consumes: [...form, 'charset=utf-8'], produces: jsonAndCharset }],
  [/\/to(jenkinsfile|json)$/, { consumes: form, produces: jsonAndCharset }],
  [/\/webhook\/github$/, { consumes: [...form, 'application/json'] }],
  [/\{path:\*\}$/, { produces: [] }],
  [/\/file$/, { consumes: ['multipart/form-data'] }],
  [/\{file\}$/, { produces: ['application/octet-stream'] }],
];

/** Jenkins behind KubeSphere: pipelines, their runs and what goes with them. */
export const routes: readonly Route[] = [
  ...rows.map(([method, path, handle, range]): Route => ({
    method,
    path,
    handle,
    ...range,
    ...media.find(([end]) => end.test(path))?.[1],
  })),
  ...unknownPaths,
];
