import type { Handler, Route, RouteMethod } from '../../../registry/contract.js';
import { actOnApp, changeApp, deleteApp, getApp, listApps, uploadApp } from './apps.js';
import { createAttachment, deleteAttachments, getAttachment } from './attachments.js';
import { deleteCategory, getCategory, listCategories, writeCategory } from './categories.js';
import {
  applyCustomResource,
  deleteCustomResource,
  exampleOfCustomResource,
  getCustomResource,
  listCustomResources,
} from './custom-resources.js';
import { deleteRelease, getRelease, listReleases, writeRelease } from './releases.js';
import { deleteRepo, getRepo, listRepoEvents, listRepos, resyncRepo, writeRepo } from './repos.js';
import {
  actOnVersion,
  deleteVersion,
  getFiles,
  getPackage,
  getVersion,
  listReviews,
  listVersions,
  uploadVersion,
} from './versions.js';

/** Prefixes a path exists below, besides the root: `W` a workspace, `N` a namespace. */
type Scopes = '' | 'W' | 'N' | 'WN';
type Row = readonly [method: RouteMethod, path: string, handle: Handler, scopes: Scopes];

const version = '/apps/{app}/versions/{version}';
const release = '/applications/{application}';

/** In the order of the real server's, which is that of methods in an Allow header. */
const rows: readonly Row[] = [
  ['GET', '/repos', listRepos, 'W'],
  ['POST', '/repos', writeRepo, 'W'],
  ['PATCH', '/repos/{repo}', writeRepo, 'W'],
  ['DELETE', '/repos/{repo}', deleteRepo, 'W'],
  ['POST', '/repos/{repo}/action', resyncRepo, 'W'],
  ['GET', '/repos/{repo}', getRepo, 'W'],
  ['GET', '/repos/{repo}/events', listRepoEvents, 'W'],
  ['POST', '/apps/{app}/action', actOnApp, ''],
  ['POST', '/apps', uploadApp, 'W'],
  ['GET', '/apps', listApps, 'W'],
  ['POST', '/apps/{app}', uploadApp, 'W'],
  ['PATCH', '/apps/{app}', changeApp, 'W'],
  ['GET', '/apps/{app}', getApp, 'W'],
  ['DELETE', '/apps/{app}', deleteApp, 'W'],
  ['POST', '/apps/{app}/versions', uploadVersion, 'W'],
  ['GET', '/apps/{app}/versions', listVersions, 'W'],
  ['DELETE', version, deleteVersion, 'W'],
  ['GET', version, getVersion, 'W'],
  ['POST', version, uploadVersion, 'W'],
  ['GET', `${version}/package`, getPackage, 'W'],
  ['GET', `${version}/files`, getFiles, 'W'],
  ['POST', `${version}/action`, actOnVersion, 'W'],
  ['GET', '/applications', listReleases, 'WN'],
  ['POST', '/applications', writeRelease, 'WN'],
  ['POST', release, writeRelease, 'N'],
  ['GET', release, getRelease, 'N'],
  ['DELETE', release, deleteRelease, 'N'],
  ['POST', '/categories', writeCategory, ''],
  ['GET', '/categories', listCategories, ''],
  ['DELETE', '/categories/{category}', deleteCategory, ''],
  ['POST', '/categories/{category}', writeCategory, ''],
  ['GET', '/categories/{category}', getCategory, ''],
  ['GET', '/reviews', listReviews, ''],
  ['POST', '/attachments', createAttachment, 'W'],
  ['GET', '/attachments/{attachment}', getAttachment, 'W'],
  ['DELETE', '/attachments/{attachment}', deleteAttachments, 'W'],
  ['GET', '/apps/{app}/examplecr/{name}', exampleOfCustomResource, 'W'],
  ['GET', '/apps/{app}/cr', listCustomResources, 'WN'],
  // Where 4.1.2 has them; the next three are where 4.1.3 has moved them.
  ['POST', '/cr', applyCustomResource, 'WN'],
  ['GET', '/cr/{crname}', getCustomResource, 'WN'],
  ['DELETE', '/cr/{crname}', deleteCustomResource, 'WN'],
  ['GET', `${release}/cr`, listCustomResources, 'WN'],
  ['POST', `${release}/cr`, applyCustomResource, 'WN'],
  ['GET', `${release}/cr/{crname}`, getCustomResource, 'WN'],
  ['DELETE', `${release}/cr/{crname}`, deleteCustomResource, 'WN'],
];

/** Endpoints of the app store, each also below the prefixes it has there. */
export const routes: readonly Route[] = rows.flatMap(([method, path, handle, scopes]) => [
  { method, path, handle },
  ...(scopes.includes('W') ? [{ method, path: `/workspaces/{workspace}${path}`, handle }] : []),
  ...(scopes.includes('N') ? [{ method, path: `/namespaces/{namespace}${path}`, handle }] : []),
]);
