import { minorOf } from '../core/kubernetes-minor.js';
import type { KindCatalog, RequestContext, Resource } from '../registry/contract.js';

/** The first minor versions of Kubernetes that serve kinds and parts of kinds, by `plural.group` and `plural.group/part`. */
const since: ReadonlyMap<string, number> = new Map([
  ['pods./resize', 33],
  ['ipaddresses.networking.k8s.io', 33],
  ['servicecidrs.networking.k8s.io', 33],
  ['volumeattributesclasses.storage.k8s.io', 34],
  ['mutatingadmissionpolicies.admissionregistration.k8s.io', 36],
  ['mutatingadmissionpolicybindings.admissionregistration.k8s.io', 36],
]);
const newest = Math.max(...since.values());

const views = new WeakMap<KindCatalog, Map<number, KindCatalog>>();
const trimmed = new WeakMap<Resource, Map<number, Resource>>();

/**
 * A request that sees only the kinds the Kubernetes of its world serves, where its version was chosen.
 *
 * Differs from Kubernetes: what a release runs on when nobody says so serves every kind known here, and kinds that are older
 * than what any release runs on are there in every version.
 */
export function seeingItsVersion(context: RequestContext): RequestContext {
  const { kubernetesVersion } = context.world.settings;
  if (kubernetesVersion === context.release.kubernetesVersion) return context;
  const minor = minorOf(kubernetesVersion);
  return minor >= newest ? context : { ...context, catalog: viewOf(context.catalog, minor) };
}

function viewOf(catalog: KindCatalog, minor: number): KindCatalog {
  let known = views.get(catalog);
  if (known === undefined) views.set(catalog, (known = new Map<number, KindCatalog>()));
  let view = known.get(minor);
  if (view === undefined) known.set(minor, (view = new VersionKinds(catalog, minor)));
  return view;
}

class VersionKinds implements KindCatalog {
  readonly #all: KindCatalog;
  readonly #minor: number;
  #seen: { readonly all: readonly Resource[]; readonly served: readonly Resource[] } | undefined;

  constructor(all: KindCatalog, minor: number) {
    this.#all = all;
    this.#minor = minor;
  }

  get resources(): readonly Resource[] {
    const all = this.#all.resources;
    if (this.#seen?.all !== all) {
      const served = all.flatMap((resource) => servedAs(resource, this.#minor) ?? []);
      this.#seen = { all, served };
    }
    return this.#seen.served;
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return servedAs(this.#all.find(group, version, plural), this.#minor);
  }

  byPlural(group: string, plural: string): Resource | undefined {
    return servedAs(this.#all.byPlural(group, plural), this.#minor);
  }

  byKind(apiVersion: string, kind: string): Resource | undefined {
    return servedAs(this.#all.byKind(apiVersion, kind), this.#minor);
  }

  /** Our own code counts on kinds whether or not they are served. */
  get(group: string, plural: string): Resource {
    return this.#all.get(group, plural);
  }
}

/** A kind as a version serves it: without the parts that came later; `undefined` when all of it did. */
function servedAs(resource: Resource | undefined, minor: number): Resource | undefined {
  if (resource === undefined || resource.custom) return resource;
  const key = `${resource.plural}.${resource.group}`;
  if ((since.get(key) ?? 0) > minor) return undefined;
  const isLater = (name: string): boolean => (since.get(`${key}/${name}`) ?? 0) > minor;
  const { subresources } = resource;
  if (subresources?.some(({ name }) => isLater(name)) !== true) return resource;
  let known = trimmed.get(resource);
  if (known === undefined) trimmed.set(resource, (known = new Map<number, Resource>()));
  let without = known.get(minor);
  if (without === undefined) {
    without = { ...resource, subresources: subresources.filter(({ name }) => !isLater(name)) };
    known.set(minor, without);
  }
  return without;
}
