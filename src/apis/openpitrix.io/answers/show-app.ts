import { repoIdLabel } from '../../../core/app-store-keys.js';
import { digArray, digString, type JsonObject } from '../../../core/json.js';
import { annotation, label, type KubeObject } from '../../../core/kube-object.js';
import { creatorAnnotation, workspaceLabel } from '../../../core/well-known-keys.js';
import { versionName } from '../../../controllers/helm/app-status.js';
import { compareVersions } from '../../../charts/semver.js';
import { dateTime, present } from './members.js';
import { showVersion, stateOf } from './show-version.js';

/** What an app is shown with. */
export interface AppSurroundings {
  readonly versions: readonly KubeObject[];
  readonly category: KubeObject | undefined;
  /** How many releases there are of it. */
  readonly releases: number;
}

/** `openpitrix.App`. @see convertApp */
export function showApp(app: KubeObject, { versions, category, releases }: AppSurroundings): JsonObject {
  const created = app.metadata.creationTimestamp;
  const latest = latestOf(app, versions);
  return present({
    abstraction: digString(app, 'spec', 'abstraction'),
    app_id: app.metadata.name,
    app_version_types: 'helm',
    category_set: category === undefined ? [] : [showCategoryOfApp(category)],
    create_time: dateTime(created),
    description: digString(app, 'spec', 'description'),
    home: digString(app, 'spec', 'appHome'),
    icon: digString(app, 'spec', 'icon'),
    isv: label(app, workspaceLabel),
    latest_app_version: latest === undefined ? {} : showVersion(latest),
    name: digString(app, 'spec', 'name'),
    owner: annotation(app, creatorAnnotation),
    repo_id: label(app, repoIdLabel),
    screenshots: digArray(app, 'spec', 'attachments')
      .filter((id) => typeof id === 'string')
      .join(','),
    status: stateOf(app),
    status_time: dateTime(digString(app, 'status', 'statusTime') || created),
    update_time: dateTime(digString(app, 'status', 'updateTime') || created),
    cluster_total: releases,
  });
}

function latestOf(app: KubeObject, versions: readonly KubeObject[]): KubeObject | undefined {
  const name = digString(app, 'status', 'latestVersion');
  if (name !== '') return versions.find((version) => versionName(version) === name);
  if (app.metadata.uid !== undefined) return undefined;
  // What a repository offers has no status that would say.
  return [...versions].sort((a, b) =>
    compareVersions(digString(b, 'spec', 'version'), digString(a, 'spec', 'version')),
  )[0];
}

function showCategoryOfApp(category: KubeObject): JsonObject {
  return present({
    category_id: category.metadata.name,
    create_time: dateTime(category.metadata.creationTimestamp),
    locale: digString(category, 'spec', 'locale') || '{}',
    name: digString(category, 'spec', 'name'),
    status: 'enabled',
  });
}
