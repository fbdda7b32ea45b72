import { notImplemented } from '../core/api-error.js';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { inRange, type ReleaseName } from '../core/release.js';
import { ChartError } from './chart-error.js';
import { fetchBytes, type RepoCredential } from './fetch.js';
import type { Maintainer } from './load-chart.js';
import { compareVersions } from './semver.js';

/** A version of a chart as an index tells of it; texts are empty where it does not. */
export interface IndexedVersion {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  readonly home: string;
  readonly icon: string;
  readonly digest: string;
  /** As written: a moment in some form of RFC 3339. */
  readonly created: string;
  readonly urls: readonly string[];
  readonly maintainers: readonly Maintainer[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a repository holds: versions by chart, the newest first; charts in the order of their names. */
export type RepoIndex = ReadonlyMap<string, readonly IndexedVersion[]>;

/** Charts and versions taken from one index. */
const mostCharts = 1000;
const mostVersions = 20;

/**
 * Asks a chart repository for its index.
 *
 * Differs from the real server: of an index the first 1,000 charts and the latest 20 versions of each count.
 *
 * @throws ChartError when it cannot be had or read
 * @see helm/helm pkg/repo/index.go
 */
export async function fetchRepoIndex(url: string, credential: RepoCredential): Promise<RepoIndex> {
  const bytes = await fetchBytes(`${url.replace(/\/$/, '')}/index.yaml`, credential);
  return readIndex(bytes.toString('utf8'));
}

/** Kinds of chart repositories that the real server asks, since a release, and this does not. */
const unasked: readonly (readonly [scheme: string, since: ReleaseName])[] = [
  ['s3', 'v3.1'],
  ['oci', 'v4.1'],
];

/**
 * Refuses a repository that the real server would ask.
 *
 * Differs from KubeSphere: repositories in registries (`oci://`) and in S3 are not asked.
 *
 * @throws ApiError 501
 */
export function assertAsked(url: string, release: ReleaseName): void {
  for (const [scheme, since] of unasked)
    if (url.startsWith(`${scheme}://`) && inRange(release, { since }))
      throw notImplemented(`chart repositories at ${scheme}://`);
}

/** Reads the text of an index. @throws ChartError for what is no YAML */
export async function readIndex(text: string): Promise<RepoIndex> {
  const { parseYamlBody } = await import('../kube/yaml/read-yaml.js');
  let value: Json;
  try {
    value = JSON.parse(parseYamlBody(text).json) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ChartError(`error converting YAML to JSON: ${why}`);
  }
  if (!isJsonObject(value)) {
    const what = typeof value === 'string' ? 'string' : Array.isArray(value) ? 'array' : typeof value;
    throw new ChartError(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${what} into Go value of type repo.IndexFile`,
    );
  }
  const entries = Object.entries(digObject(value, 'entries')).slice(0, mostCharts);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(entries.map(([name, versions]) => [name, versionsOf(name, versions)]));
}

function versionsOf(name: string, versions: Json | undefined): readonly IndexedVersion[] {
  if (!Array.isArray(versions)) return [];
  const read = (versions as readonly Json[]).map((one) => versionOf(name, digObject(one)));
  const sorted = read
    .filter(({ version }) => version !== '')
    .sort((a, b) => compareVersions(b.version, a.version));
  return sorted.slice(0, mostVersions);
}

function versionOf(name: string, raw: JsonObject): IndexedVersion {
  return {
    name: digString(raw, 'name') || name,
    version: digString(raw, 'version'),
    appVersion:
      typeof raw['appVersion'] === 'number' ? String(raw['appVersion']) : digString(raw, 'appVersion'),
    description: digString(raw, 'description'),
    home: digString(raw, 'home'),
    icon: digString(raw, 'icon'),
    digest: digString(raw, 'digest'),
    created: digString(raw, 'created'),
    urls: digArray(raw, 'urls').filter((url) => typeof url === 'string'),
    maintainers: digArray(raw, 'maintainers').map((one) => {
      const members = (['name', 'email', 'url'] as const).map((key) => [key, digString(one, key)] as const);
      return Object.fromEntries(members.filter(([, text]) => text !== ''));
    }),
    annotations: textsIn(digObject(raw, 'annotations')),
  };
}

function textsIn(map: JsonObject): Record<string, string> {
  const entries = Object.entries(map).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(entries);
}

/** Where a version's package is: as its index says, seen from the repository. */
export function packageUrl(repoUrl: string, { urls: [url = ''] }: Pick<IndexedVersion, 'urls'>): string {
  return /^(https?|s3|oci):\/\//.test(url) ? url : `${repoUrl.replace(/\/$/, '')}/${url}`;
}
