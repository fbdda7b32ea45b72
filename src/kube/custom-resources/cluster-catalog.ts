import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { groupOf } from '../../registry/catalog.js';
import type { KindCatalog, Resource } from '../../registry/contract.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';
import { definedKind, type DefinedKind } from './defined-kind.js';
import { definitions } from './definition.js';
import { installedFor, isAsInstalled } from './own/own-definitions.js';

/** The kinds of a release and those of some definitions, put together. */
interface Merged {
  readonly resources: readonly Resource[];
  /** By `group/plural`. */
  readonly byPlural: ReadonlyMap<string, DefinedKind>;
  /** By `group/kind`. */
  readonly byKind: ReadonlyMap<string, DefinedKind>;
  /** Kinds of the release whose definition somebody deleted, by `group/plural` and `group/kind`. */
  readonly gone: ReadonlySet<string>;
}

/** By definitions as the store lists them, which is the same array until one of them changes; forks share it. */
const merged = new WeakMap<readonly StoredObject[], WeakMap<KindCatalog, Merged>>();
const catalogs = new WeakMap<ObjectStore, WeakMap<KindCatalog, ClusterCatalog>>();

/**
 * The kinds of one cluster: those of the release and those of the CustomResourceDefinitions it holds at the moment of each
 * look-up.
 *
 * @param release The kinds of the release.
 */
export function kindsIn(release: KindCatalog, store: ObjectStore): KindCatalog {
  let known = catalogs.get(store);
  if (known === undefined) catalogs.set(store, (known = new WeakMap<KindCatalog, ClusterCatalog>()));
  let catalog = known.get(release);
  if (catalog === undefined) known.set(release, (catalog = new ClusterCatalog(release, store)));
  return catalog;
}

class ClusterCatalog implements KindCatalog {
  readonly #release: KindCatalog;
  readonly #store: ObjectStore;
  #listed: readonly StoredObject[] | undefined;
  #merged: Merged | undefined;

  constructor(release: KindCatalog, store: ObjectStore) {
    this.#release = release;
    this.#store = store;
  }

  get resources(): readonly Resource[] {
    return this.#current()?.resources ?? this.#release.resources;
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    const merged = this.#current();
    const key = `${group}/${plural}`;
    const defined = merged?.byPlural.get(key);
    if (defined !== undefined) return defined.byVersion.get(version);
    return merged?.gone.has(key) === true ? undefined : this.#release.find(group, version, plural);
  }

  byPlural(group: string, plural: string): Resource | undefined {
    const merged = this.#current();
    const key = `${group}/${plural}`;
    const defined = merged?.byPlural.get(key);
    if (defined !== undefined) return defined.resource;
    return merged?.gone.has(key) === true ? undefined : this.#release.byPlural(group, plural);
  }

  byKind(apiVersion: string, kind: string): Resource | undefined {
    const merged = this.#current();
    const key = `${groupOf(apiVersion)}/${kind}`;
    const defined = merged?.byKind.get(key);
    if (defined === undefined)
      return merged?.gone.has(key) === true ? undefined : this.#release.byKind(apiVersion, kind);
    return defined.byVersion.get(apiVersion.slice(apiVersion.indexOf('/') + 1)) ?? defined.resource;
  }

  /** Our own code goes on with kinds whose definitions are gone: it finds nothing of them. */
  get(group: string, plural: string): Resource {
    return this.#current()?.byPlural.get(`${group}/${plural}`)?.resource ?? this.#release.get(group, plural);
  }

  /** `undefined` while there are no definitions but those of a fresh install, which is what most worlds are like. */
  #current(): Merged | undefined {
    const offer = this.#store.offerOf(definitions);
    if (offer === 'open') return undefined;
    const listed = this.#store.list(definitions);
    if (listed !== this.#listed) {
      this.#listed = listed;
      const installed = offer === 'none' ? [] : installedFor(this.#release);
      const isFresh = listed === installed || (listed.length === 0 && installed.length === 0);
      this.#merged = isFresh ? undefined : mergedOf(listed, installed, this.#release);
    }
    return this.#merged;
  }
}

function mergedOf(
  listed: readonly StoredObject[],
  installed: readonly StoredObject[],
  release: KindCatalog,
): Merged {
  let known = merged.get(listed);
  if (known === undefined) merged.set(listed, (known = new WeakMap<KindCatalog, Merged>()));
  let found = known.get(release);
  if (found === undefined) known.set(release, (found = merge(listed, installed, release)));
  return found;
}

function merge(
  listed: readonly StoredObject[],
  installed: readonly StoredObject[],
  release: KindCatalog,
): Merged {
  const byPlural = new Map<string, DefinedKind>();
  const byKind = new Map<string, DefinedKind>();
  for (const { object } of listed) {
    // The kinds of the release do by themselves what these say.
    if (isAsInstalled(object, installed)) continue;
    const own = release.byPlural(
      digString(object, 'spec', 'group'),
      digString(object, 'spec', 'names', 'plural'),
    );
    // What Kubernetes serves itself no definition can change.
    if (own?.custom === false) continue;
    const defined = remembered(object, own);
    if (defined === undefined) continue;
    const { group, plural, kind } = defined.resource;
    byPlural.set(`${group}/${plural}`, defined);
    byKind.set(`${group}/${kind}`, defined);
  }
  const gone = goneKinds(listed, installed);
  const replaced = release.resources
    .map((resource) => byPlural.get(`${resource.group}/${resource.plural}`)?.resource ?? resource)
    .filter(({ group, plural }) => !gone.has(`${group}/${plural}`));
  const added = [...byPlural.values()]
    .map(({ resource }) => resource)
    .filter((one) => !replaced.includes(one));
  return { resources: [...replaced, ...added], byPlural, byKind, gone };
}

function goneKinds(listed: readonly StoredObject[], installed: readonly StoredObject[]): ReadonlySet<string> {
  const there = new Set(listed.map(({ object }) => object.metadata.name));
  const missing = installed.filter(({ object }) => !there.has(object.metadata.name));
  return new Set(
    missing.flatMap(({ object }) => {
      const group = digString(object, 'spec', 'group');
      return ['plural', 'kind'].map((key) => `${group}/${digString(object, 'spec', 'names', key)}`);
    }),
  );
}

/** Kinds made so far: a definition is frozen, and the same one in every fork. */
const made = new WeakMap<KubeObject, DefinedKind>();

function remembered(object: KubeObject, own: Resource | undefined): DefinedKind | undefined {
  const before = made.get(object);
  if (before !== undefined) return before;
  const defined = definedKind(object, own);
  if (defined !== undefined) made.set(object, defined);
  return defined;
}
