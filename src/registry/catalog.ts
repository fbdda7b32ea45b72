import { inRange, type ReleaseName } from '../core/release.js';
import type { KindCatalog, Resource } from './contract.js';

/** The kinds a release knows, looked up as URLs name them. */
export class Catalog implements KindCatalog {
  readonly resources: readonly Resource[];
  readonly #byPlural = new Map<string, Resource>();
  readonly #byKind = new Map<string, Resource>();

  constructor(resources: readonly Resource[], release: ReleaseName) {
    this.resources = resources.filter((resource) => inRange(release, resource));
    for (const resource of this.resources) {
      this.#byPlural.set(`${resource.group}/${resource.plural}`, resource);
      this.#byKind.set(`${resource.group}/${resource.kind}`, resource);
    }
  }

  /** The kind served at a group, version and plural; `undefined` when there is none. */
  find(group: string, version: string, plural: string): Resource | undefined {
    const found = this.#byPlural.get(`${group}/${plural}`);
    return found?.versions.includes(version) === true ? found : undefined;
  }

  /** The kind with this plural, whatever the version. */
  byPlural(group: string, plural: string): Resource | undefined {
    return this.#byPlural.get(`${group}/${plural}`);
  }

  /** The kind of an object's `apiVersion` and `kind`, whatever the version. */
  byKind(apiVersion: string, kind: string): Resource | undefined {
    return this.#byKind.get(`${groupOf(apiVersion)}/${kind}`);
  }

  /** A kind our own code counts on. @throws Error when this release has none: a bug of ours */
  get(group: string, plural: string): Resource {
    const found = this.byPlural(group, plural);
    if (found === undefined) throw new Error(`this release has no ${plural} in group "${group}"`);
    return found;
  }
}

/** The group part of an apiVersion; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
