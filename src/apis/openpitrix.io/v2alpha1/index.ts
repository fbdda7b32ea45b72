import type { Handler, ApiGroup, Route } from '../../../registry/contract.js';
import type * as readHandlers from './reads.js';

const read =
  (name: keyof typeof readHandlers): Handler =>
  async (context) =>
    (await import('./reads.js'))[name](context);

const inWorkspace = '/workspaces/{workspace}';
const inProject = `${inWorkspace}/clusters/{cluster}/namespaces/{namespace}`;

/** Path, reader and the prefixes it is below; the empty one is the root. */
const rows: readonly (readonly [path: string, handle: Handler, prefixes: readonly string[]])[] = [
  ['/applications', read('listReleases'), ['', inWorkspace, inProject]],
  ['/applications/{application}', read('getRelease'), ['', inWorkspace, inProject]],
  ['/apps', read('listApps'), ['', inWorkspace]],
  ['/apps/{app}', read('getApp'), ['', inWorkspace]],
  ['/apps/{app}/versions', read('listVersions'), ['', inWorkspace]],
  ['/apps/{app}/versions/{version}', read('getVersion'), ['', inWorkspace]],
  ['/categories', read('listCategories'), ['']],
  ['/categories/{category}', read('getCategory'), ['']],
  ['/repos', read('listRepos'), [inWorkspace]],
  ['/repos/{repo}', read('getRepo'), [inWorkspace]],
];

/** The objects behind the app store of 3.3 and 3.4, to be read. */
export const openpitrixV2alpha1: ApiGroup = {
  name: 'openpitrix.io',
  version: 'v2alpha1',
  since: 'v3.3',
  until: 'v3.4',
  routes: rows.flatMap(([path, handle, prefixes]) =>
    prefixes.map((prefix): Route => ({ method: 'GET', path: prefix + path, handle })),
  ),
};
