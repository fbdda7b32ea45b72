import { deflateSync, inflateSync } from 'node:zlib';
import {
  digArray,
  digObject,
  digString,
  encodeCompact,
  isJsonObject,
  type JsonObject,
} from '../core/json.js';
import type { Random } from '../state/random.js';
import { storeId } from './names.js';
import type { IndexedVersion, RepoIndex } from './repo-index.js';

/** A version of a chart as a repository of 3.x remembers it. */
export interface SavedVersion extends JsonObject {
  /** Its id, kept while the repository has it. */
  readonly verId: string;
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  readonly home: string;
  readonly icon: string;
  readonly digest: string;
  /** As the index writes it; empty when it does not. */
  readonly created: string;
  readonly urls: readonly string[];
}

/** A chart as a repository of 3.x remembers it. */
export interface SavedApp {
  readonly name: string;
  /** Its id, kept while the repository has it. */
  readonly appId: string;
  readonly desc: string;
  readonly icon: string;
  /** In the order they were met, not of their versions. */
  readonly charts: readonly SavedVersion[];
}

/** Bytes a remembered index may have. */
const sizeLimit = 20 * 1024 * 1024;

/**
 * Brings what is remembered of a repository in line with its index: what is known keeps its id, what is gone goes.
 *
 * @see kubesphere/kubesphere pkg/simple/client/openpitrix/helmrepoindex/repo_index.go MergeRepoIndex
 */
export function mergeIndex(random: Random, index: RepoIndex, before: readonly SavedApp[]): SavedApp[] {
  const known = new Map(before.map((app) => [app.name, app]));
  return [...index].flatMap(([name, versions]) => {
    const [newest] = versions;
    if (newest === undefined) return [];
    const app = known.get(name);
    const charts = new Map(app?.charts.map((chart) => [chart.version, chart]));
    return {
      name,
      appId: app?.appId ?? storeId(random, 'app-'),
      desc: app?.desc ?? newest.description,
      icon: app?.icon ?? newest.icon,
      charts: versions.map((one) => charts.get(one.version) ?? savedVersion(random, one)),
    };
  });
}

function savedVersion(random: Random, one: IndexedVersion): SavedVersion {
  const { name, version, appVersion, description, home, icon, digest, created, urls } = one;
  const verId = storeId(random, 'appv-');
  return { verId, name, version, appVersion, description, home, icon, digest, created, urls };
}

/** What a repository's object keeps in `status.data`: JSON, compressed by zlib, as base64url. */
export function encodeIndex(apps: readonly SavedApp[], generated: string): string {
  const byName = Object.fromEntries(apps.map((app) => [app.name, { ...app, status: '' }]));
  const text = encodeCompact({ apiVersion: 'v1', generated, apps: byName });
  return deflateSync(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** Reads it again; nothing of what cannot be read. */
export function decodeIndex(data: string): SavedApp[] {
  if (data === '') return [];
  let value: unknown;
  try {
    const text = inflateSync(Buffer.from(data, 'base64url'), { maxOutputLength: sizeLimit }).toString('utf8');
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return Object.values(digObject(isJsonObject(value) ? value : {}, 'apps'))
    .filter((app) => isJsonObject(app))
    .map(appOf);
}

function appOf(app: JsonObject): SavedApp {
  return {
    name: digString(app, 'name'),
    appId: digString(app, 'appId'),
    desc: digString(app, 'desc'),
    icon: digString(app, 'icon'),
    charts: digArray(app, 'charts')
      .filter((chart) => isJsonObject(chart))
      .map(versionOf),
  };
}

function versionOf(chart: JsonObject): SavedVersion {
  const text = (key: string): string => digString(chart, key);
  return {
    verId: text('verId'),
    name: text('name'),
    version: text('version'),
    appVersion: text('appVersion'),
    description: text('description'),
    home: text('home'),
    icon: text('icon'),
    digest: text('digest'),
    created: text('created'),
    urls: digArray(chart, 'urls').filter((url) => typeof url === 'string'),
  };
}
