import { appIdLabel, appStoreGroup, repoNameLabel } from '../../core/app-store-keys.js';
import { digObject, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import { nameableVersion, shortChartName } from '../../charts/names.js';
import { packageUrl, type IndexedVersion, type RepoIndex } from '../../charts/repo-index.js';
import { recordEvent } from '../workloads/events.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { updateObject } from '../../registry/verbs/update.js';
import type { AppRequest } from './app-request.js';
import { existing, storeKind } from './store-kind.js';
import { writeApp } from './write-apps.js';

/**
 * Brings the apps of a repository in line with its index: each chart is an app, active at once; what the index no longer
 * has goes.
 *
 * @see kubesphere/kubesphere pkg/controller/application/helm_repo_controller.go
 */
export function syncRepo(context: WriteContext, name: string, index: RepoIndex): void {
  setRepoState(context, name, 'syncing');
  const repo = existing(context, 'repos', name);
  const appName = (chart: string): string => `${name}-${shortChartName(chart)}`;
  const known = new Set([...index.keys()].map(appName));
  dropOthers(context, 'applications', name, (app) => known.has(app.metadata.name));
  for (const [chart, versions] of index) {
    const app = appName(chart);
    const names = new Map(versions.map((one) => [`${app}-${nameableVersion(one.version)}`, one]));
    dropOthers(
      context,
      'applicationversions',
      name,
      (version) => label(version, appIdLabel) !== app || names.has(version.metadata.name),
    );
    const changed = [...names].filter(([id, one]) => isNew(context, id, one)).map(([, one]) => one);
    const owner = { apiVersion: `${appStoreGroup}/v2`, kind: 'Repo', name, uid: repo.metadata.uid ?? '' };
    writeApp(
      context,
      changed.map((one) => requestOf(repo, chart, app, one)),
      owner,
    );
  }
  setRepoState(context, name, 'successful');
  recordEvent(context, existing(context, 'repos', name), {
    reason: 'Synced',
    message: `HelmRepo ${name} synced successfully`,
    component: 'helmrepo-controller',
  });
}

/** Writes down how far a repository has got. */
export function setRepoState(context: WriteContext, name: string, state: string): void {
  const repo = existing(context, 'repos', name);
  const lastUpdateTime = context.world.clock.timestamp();
  const status = { ...digObject(repo, 'status'), lastUpdateTime, state };
  updateObject(context, storeKind(context, 'repos'), { ...repo, status }, { unconditional: true });
}

function dropOthers(
  context: WriteContext,
  plural: string,
  repo: string,
  isKept: (object: KubeObject) => boolean,
): void {
  const resource = storeKind(context, plural);
  for (const { object } of context.cluster.store.list(resource)) {
    if (label(object, repoNameLabel) !== repo || isKept(object)) continue;
    deleteObject(context, resource, { name: object.metadata.name });
  }
}

function isNew({ catalog, cluster }: WriteContext, id: string, { digest }: IndexedVersion): boolean {
  const known = cluster.store.find(storeKind({ catalog }, 'applicationversions'), undefined, id)?.object;
  return known === undefined || digString(known, 'spec', 'digest') !== digest;
}

function requestOf(repo: KubeObject, chart: string, appName: string, one: IndexedVersion): AppRequest {
  return {
    repoName: repo.metadata.name,
    appName,
    originalName: chart,
    aliasName: chart,
    versionName: one.version,
    appHome: one.home,
    icon: one.icon,
    digest: one.digest,
    workspace: label(repo, workspaceLabel) ?? '',
    description: one.description,
    categoryName: '',
    appType: 'helm',
    pullUrl: packageUrl(digString(repo, 'spec', 'url'), one),
    abstraction: one.description,
    maintainers: one.maintainers,
    attachments: [],
    resources: [],
    package: Buffer.alloc(0),
    fromRepo: true,
  };
}
