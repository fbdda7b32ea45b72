import {
  appDefaultStatusAnnotation,
  appIdLabel,
  appStoreGroup,
  repoIdLabel,
} from '../../core/app-store-keys.js';
import { digString, type JsonObject } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import { creatorAnnotation } from '../../core/well-known-keys.js';
import { decodeIndex, type SavedApp, type SavedVersion } from '../../charts/saved-index.js';
import type { ObjectStore } from '../../state/object-store.js';

/** A version of a chart a repository offers, as if it were an object. */
export interface OfferedVersion {
  readonly object: KubeObject;
  readonly repo: KubeObject;
}

/** A chart a repository offers, as if it were an object, with its versions. */
export interface OfferedApp extends OfferedVersion {
  readonly versions: readonly OfferedVersion[];
}

const repos = { group: appStoreGroup, plural: 'helmrepos' };
const apiVersion = `${appStoreGroup}/v1alpha1`;
const offers = new WeakMap<KubeObject, readonly OfferedApp[]>();

/**
 * What all chart repositories up to 3.4 offer. Their apps and versions are no objects: they are in what each repository
 * remembers of its index.
 *
 * @see kubesphere/kubesphere pkg/utils/reposcache/repo_cahes.go
 */
export function offeredApps(store: ObjectStore): readonly OfferedApp[] {
  return store.list(repos).flatMap(({ object }) => offersOf(object));
}

/** What one repository offers. */
export function offersOf(repo: KubeObject): readonly OfferedApp[] {
  let known = offers.get(repo);
  if (known === undefined) {
    const apps = decodeIndex(digString(repo, 'status', 'data'));
    offers.set(repo, (known = apps.map((app) => offeredApp(repo, app))));
  }
  return known;
}

/** A version some repository offers. */
export function offeredVersion(store: ObjectStore, id: string): OfferedVersion | undefined {
  return offeredApps(store)
    .flatMap(({ versions }) => versions)
    .find(({ object }) => object.metadata.name === id);
}

function offeredApp(repo: KubeObject, { appId, name, desc, icon, charts }: SavedApp): OfferedApp {
  const object = helmObject('HelmApplication', repo, appId, {
    spec: { name, ...(desc !== '' && { description: desc }), ...(icon !== '' && { icon }) },
    status: { state: stateOf(repo) },
  });
  return { object, repo, versions: charts.map((chart) => ({ object: versionOf(repo, appId, chart), repo })) };
}

function versionOf(repo: KubeObject, appId: string, chart: SavedVersion): KubeObject {
  const { verId, name, version, appVersion, urls, digest, created } = chart;
  const moment = Date.parse(created);
  const made = helmObject('HelmApplicationVersion', repo, verId, {
    spec: { name, version, appVersion, urls, digest },
    status: { state: stateOf(repo) },
  });
  const labels = { ...made.metadata.labels, [appIdLabel]: appId };
  const creationTimestamp = Number.isNaN(moment)
    ? undefined
    : `${new Date(moment).toISOString().slice(0, 19)}Z`;
  const metadata = {
    ...made.metadata,
    labels,
    ...(creationTimestamp !== undefined && { creationTimestamp }),
  };
  return { ...made, metadata };
}

/** The state of what a repository offers, which OpenPitrix lets one choose. */
function stateOf(repo: KubeObject): string {
  return annotation(repo, appDefaultStatusAnnotation) ?? 'active';
}

function helmObject(kind: string, repo: KubeObject, name: string, parts: JsonObject): KubeObject {
  return {
    kind,
    apiVersion,
    metadata: {
      name,
      labels: { [repoIdLabel]: repo.metadata.name },
      annotations: { [creatorAnnotation]: annotation(repo, creatorAnnotation) ?? '' },
    },
    ...parts,
  };
}
