import type { ReleaseRange } from '../../../core/release.js';
import type { Handler, Route, RouteMethod } from '../../../registry/contract.js';
import type * as appHandlers from '../apps.js';
import type * as attachmentHandlers from '../attachments.js';
import type * as auditHandlers from '../audits.js';
import type * as categoryHandlers from '../categories.js';
import type * as contentHandlers from '../package-content.js';
import type * as releaseHandlers from '../releases.js';
import type * as repoHandlers from '../repos.js';
import type * as actionHandlers from '../version-actions.js';
import type * as versionHandlers from '../versions.js';

const repos =
  (name: keyof typeof repoHandlers): Handler =>
  async (context) =>
    (await import('../repos.js'))[name](context);
const apps =
  (name: Exclude<keyof typeof appHandlers, 'newVersion'>): Handler =>
  async (context) =>
    (await import('../apps.js'))[name](context);
const versions =
  (name: Exclude<keyof typeof versionHandlers, 'newVersion' | 'byVersion'>): Handler =>
  async (context) =>
    (await import('../versions.js'))[name](context);
const actions =
  (name: keyof typeof actionHandlers): Handler =>
  async (context) =>
    (await import('../version-actions.js'))[name](context);
const audits =
  (name: keyof typeof auditHandlers): Handler =>
  async (context) =>
    (await import('../audits.js'))[name](context);
const content =
  (name: keyof typeof contentHandlers): Handler =>
  async (context) =>
    (await import('../package-content.js'))[name](context);
const attachments =
  (name: keyof typeof attachmentHandlers): Handler =>
  async (context) =>
    (await import('../attachments.js'))[name](context);
const categories =
  (name: keyof typeof categoryHandlers): Handler =>
  async (context) =>
    (await import('../categories.js'))[name](context);
const releases =
  (name: keyof typeof releaseHandlers): Handler =>
  async (context) =>
    (await import('../releases.js'))[name](context);

/** Where a path is also below a prefix, since 3.0: `W` of workspaces. */
type Row = readonly [
  method: RouteMethod,
  path: string,
  handle: Handler,
  scopes?: 'W' | '',
  range?: ReleaseRange,
];

const version = '/apps/{app}/versions/{version}';
const since33: ReleaseRange = { since: 'v3.3' };

const rows: readonly Row[] = [
  ['POST', '/repos', repos('createRepo'), 'W'],
  ['DELETE', '/repos/{repo}', repos('deleteRepo'), 'W'],
  ['GET', '/repos', repos('listRepos'), 'W'],
  ['GET', '/repos/{repo}', repos('getRepo'), 'W'],
  ['PATCH', '/repos/{repo}', repos('changeRepo'), 'W'],
  ['GET', '/repos/{repo}/events', repos('listRepoEvents'), 'W'],
  ['POST', '/repos/{repo}/action', repos('indexRepo'), 'W'],
  ['POST', '/apps/{app}/action', actions('actOnApp'), 'W'],
  ['POST', '/apps', apps('createApp'), 'W'],
  ['PATCH', '/apps/{app}', apps('changeApp'), 'W'],
  ['GET', '/apps', apps('listApps'), 'W'],
  ['GET', '/apps/{app}', apps('getApp'), 'W'],
  ['DELETE', '/apps/{app}', apps('deleteApp'), 'W'],
  ['POST', '/apps/{app}/versions', versions('createVersion'), 'W'],
  ['DELETE', version, versions('deleteVersion'), 'W'],
  ['GET', version, versions('getVersion'), 'W'],
  ['GET', '/apps/{app}/versions', versions('listVersions'), 'W'],
  ['GET', `${version}/package`, content('getPackage')],
  ['PATCH', version, versions('changeVersion'), 'W'],
  ['GET', `${version}/files`, content('getFiles')],
  ['GET', '/apps/{app}/audits', audits('listAudits')],
  ['GET', `${version}/audits`, audits('listAudits'), 'W'],
  ['POST', `${version}/action`, actions('actOnVersion'), 'W'],
  ['POST', '/categories', categories('createCategory')],
  ['DELETE', '/categories/{category}', categories('deleteCategory')],
  ['PATCH', '/categories/{category}', categories('changeCategory')],
  ['GET', '/categories/{category}', categories('getCategory')],
  ['GET', '/categories', categories('listCategories')],
  ['GET', '/attachments/{attachment}', attachments('getAttachment')],
  ['POST', '/attachments', attachments('createAttachment'), '', since33],
  ['DELETE', '/attachments/{attachment}', attachments('deleteAttachments'), '', since33],
  ['GET', '/reviews', audits('listReviews')],
];

const since30: ReleaseRange = { since: 'v3.0' };
const only21: ReleaseRange = { until: 'v2.1' };
const inCluster = '/workspaces/{workspace}/clusters/{cluster}';
const ofProject = '/namespaces/{namespace}/applications';
const one = '/{application}';

/** Where releases are, and what can be done there. */
const places: readonly (readonly [path: string, range: ReleaseRange, methods: string])[] = [
  ['/applications', {}, 'L'],
  [ofProject, only21, 'LC'],
  [ofProject + one, only21, 'GMD'],
  ['/workspaces/{workspace}/applications', since33, 'L'],
  ['/clusters/{cluster}/applications', since33, 'L'],
  [`${inCluster}/applications`, since30, 'L'],
  [`${inCluster}/applications${one}`, since33, 'D'],
  [`/workspaces/{workspace}${ofProject}`, since30, 'L'],
  [`/workspaces/{workspace}${ofProject}`, since33, 'C'],
  [`/workspaces/{workspace}${ofProject}${one}`, since30, 'G'],
  [`/workspaces/{workspace}${ofProject}${one}`, since33, 'MUD'],
  [inCluster + ofProject, since30, 'LC'],
  [inCluster + ofProject + one, since30, 'MUGD'],
];
const doings: Readonly<Record<string, readonly [method: RouteMethod, handle: Handler]>> = {
  L: ['GET', releases('listReleases')],
  C: ['POST', releases('createRelease')],
  G: ['GET', releases('getRelease')],
  M: ['PATCH', releases('changeRelease')],
  U: ['POST', releases('upgradeRelease')],
  D: ['DELETE', releases('deleteRelease')],
};

/** Endpoints of `openpitrix.io/v1`. */
export const routes: readonly Route[] = [
  ...rows.flatMap(([method, path, handle, scopes, range]): Route[] => [
    { method, path, handle, ...range },
    ...(scopes === 'W' ? [{ method, path: `/workspaces/{workspace}${path}`, handle, ...since30 }] : []),
  ]),
  ...places.flatMap(([path, range, methods]) =>
    methods.split('').flatMap((letter): Route[] => {
      const doing = doings[letter];
      return doing === undefined ? [] : [{ method: doing[0], path, handle: doing[1], ...range }];
    }),
  ),
];
