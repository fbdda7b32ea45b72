import type { OAuthClient } from './settings.js';

/** The product lines that can be imitated, oldest first. */
export const releaseNames = ['v2.1', 'v3.0', 'v3.1', 'v3.3', 'v3.4', 'v4.1'] as const;

/** One of {@link releaseNames}. */
export type ReleaseName = (typeof releaseNames)[number];

/** First and last release something exists in; an open end means "still there" or "from the beginning". */
export interface ReleaseRange {
  readonly since?: ReleaseName;
  readonly until?: ReleaseName;
}

/** Tells whether a release lies in a range, both ends included. */
export function inRange(release: ReleaseName, range: ReleaseRange): boolean {
  const at = releaseNames.indexOf(release);
  const from = range.since === undefined ? 0 : releaseNames.indexOf(range.since);
  const to = range.until === undefined ? releaseNames.length : releaseNames.indexOf(range.until);
  return from <= at && at <= to;
}

/** A (group, resource) pair whose requests are always of Global scope. */
export type GlobalResource = readonly [group: string, resource: string];

/**
 * A rebranded distribution of a release: the same server with other names at its door.
 *
 * @example `{ name: 'Super Kubenetes', domain: 'Super Kubenetes.io', prefix: 'Super Kubenetes-' }`
 */
export interface Brand {
  readonly name: string;
  /** What stands for `kubesphere.io` at the end of API groups. */
  readonly domain: string;
  /** What stands for `kubesphere-` at the start of namespaces. */
  readonly prefix: string;
  /** The OAuth client a fresh install has instead of `kubesphere`. */
  readonly client: OAuthClient;
}

/** What tells one product line from another, as data. Authentication dialects live in `auth/dialects.ts`. */
export interface Release {
  /** Whose names it goes by; absent: KubeSphere's own. */
  readonly brand?: Brand;
  readonly name: ReleaseName;
  /** The tag it stands for, as `/kapis/version` reports it. */
  readonly tag: string;
  /** `gitVersion` of the Kubernetes it runs on unless overridden. */
  readonly kubernetesVersion: string;
  /** Go version in `/kapis/version`. */
  readonly goVersion: string;
  /** Paths that skip authorization; a trailing `*` matches any rest. */
  readonly allowedPaths: readonly string[];
  /** Paths that do so for GET only; absent: none. */
  readonly allowedReads?: readonly string[];
  readonly globalResources: readonly GlobalResource[];
}
