import { kubernetesControllerNames } from '../controllers/index.js';
import type { KubeObject } from '../core/kube-object.js';
import { kindsIn } from '../kube/custom-resources/cluster-catalog.js';
import { definitions } from '../kube/custom-resources/definition.js';
import type { Handler, KindCatalog, Reply } from '../registry/contract.js';
import type { Change, ObjectStore } from '../state/object-store.js';
import type { World } from '../state/world.js';
import type { Upstream } from '../upstream/upstream.js';
import { Copies } from './copies.js';
import { isOfDefinition, kindDefinedBy } from './defined-kinds.js';
import { Follower } from './follower.js';
import { forwardKubernetes } from './forward-kubernetes.js';
import { KubernetesClient } from './kubernetes-client.js';
import { discoverKinds, keyOf, kindKey, type MirroredKind } from './mirrored-kind.js';
import { Writer } from './writer.js';

/**
 * A real Kubernetes in the place of the one this server imitates: requests to `/api` and `/apis` are passed on to it,
 * everything else reads a copy of its objects that is kept up to date by watches, as the real ks-apiserver reads its caches.
 * What is written elsewhere (a login record, a workspace) is written there before the answer is given.
 *
 * Kinds that CustomResourceDefinitions make are copied from when they are there, and no more when they go.
 *
 * Kinds it does not serve, such as KubeSphere's own where their definitions are not installed, are kept here as always.
 * So are objects of a fresh install that it has none of the same name of: the first write to one of them creates it there.
 *
 * @see kubesphere/kubesphere pkg/apiserver/filters/kubeapiserver.go
 */
export class Mirror {
  /** Passes `/api` and `/apis` on. */
  readonly kubernetes: Handler;
  readonly #client: KubernetesClient;
  readonly #catalog: KindCatalog;
  readonly #kinds = new Map<string, MirroredKind>();
  readonly #follower: Follower;
  /** As listed at the start. */
  readonly #listed = new Map<string, KubeObject>();
  #writer: Writer | undefined;

  private constructor(upstream: Upstream, catalog: KindCatalog) {
    this.kubernetes = forwardKubernetes(upstream);
    this.#client = new KubernetesClient(upstream);
    this.#catalog = catalog;
    this.#follower = new Follower(this.#client);
  }

  /**
   * Copies the objects of a Kubernetes into the host cluster of a seed world, and switches off the controllers that imitate
   * what it does itself.
   *
   * @throws ApiError when it cannot be read
   */
  static async load(seed: World, catalog: KindCatalog, upstream: Upstream): Promise<Mirror> {
    const mirror = new Mirror(upstream, catalog);
    seed.switchedOff = new Set([...seed.switchedOff, ...kubernetesControllerNames]);
    const { store } = seed.host;
    try {
      await mirror.#copy(await discoverKinds(mirror.#client, catalog), store);
      await mirror.#copy(mirror.#definedKinds(store), store);
    } catch (error) {
      mirror.stop();
      throw error;
    }
    return mirror;
  }

  async #copy(kinds: readonly MirroredKind[], store: ObjectStore): Promise<void> {
    for (const kind of kinds) this.#kinds.set(kindKey(kind.resource), kind);
    const copy = (kind: MirroredKind): Promise<void> =>
      this.#follower.list(kind, (listed) => {
        const { object } = store.load(kind.resource, listed);
        this.#listed.set(keyOf(kind, object.metadata), object);
      });
    await Promise.all(kinds.map(copy));
  }

  /** Kinds that definitions over there make and this release does not know; those of a fresh install may be here only. */
  #definedKinds(store: ObjectStore): readonly MirroredKind[] {
    const catalogs = [this.#catalog, kindsIn(this.#catalog, store)];
    const isThere = ({ metadata }: KubeObject): boolean =>
      this.#listed.has(keyOf({ resource: definitions }, metadata));
    return store
      .list(definitions)
      .flatMap(({ object }) => (isThere(object) ? (kindDefinedBy(object, catalogs) ?? []) : []))
      .filter(({ resource }) => !this.#kinds.has(kindKey(resource)));
  }

  /** Keeps a world up to date from now on, and has what changes in it written over there. */
  follow(world: World): void {
    const { listener: controllers } = world;
    const copies = new Copies(world.host.store, this.#listed);
    this.#listed.clear();
    const catalogs = [this.#catalog, kindsIn(this.#catalog, world.host.store)];
    // Before anybody looks at such news: what is written about a new kind is to be written over there.
    copies.onNews((_, change) => {
      if (isOfDefinition(change)) this.#takeDefinition(change, copies, catalogs);
    });
    const writer = new Writer({ world, client: this.#client, copies, kinds: this.#kinds, controllers });
    this.#writer = writer;
    world.listener = writer.listener;
    writer.begin();
    for (const kind of this.#kinds.values()) this.#follower.follow(kind, copies);
  }

  /** Follows the kind of a definition that has come or changed, and no more one whose definition is gone. */
  #takeDefinition({ type, stored }: Change, copies: Copies, catalogs: readonly KindCatalog[]): void {
    const before = this.#kinds.get(stored.object.metadata.name);
    const isGone = type === 'DELETED';
    const kind = isGone ? undefined : kindDefinedBy(stored.object, catalogs);
    if (kind === undefined && !isGone) return;
    if (before !== undefined && kind !== undefined && isSameKind(before, kind)) return;
    if (before !== undefined) {
      this.#follower.leave(before);
      this.#kinds.delete(kindKey(before.resource));
      if (kind === undefined) copies.dropMissing(before, new Set(), copies.moment);
    }
    if (kind === undefined) return;
    this.#kinds.set(kindKey(kind.resource), kind);
    this.#follower.follow(kind, copies);
  }

  /**
   * Runs a request; its answer is given once what it changes is written over there, with the uids and versions from there.
   *
   * @throws ApiError what a write was refused with
   */
  within(run: () => Reply | undefined | Promise<Reply | undefined>): ReturnType<typeof run> {
    return this.#writer === undefined ? run() : this.#writer.within(run);
  }

  /** Ends all watches, and writes nothing more. */
  stop(): void {
    this.#follower.stop();
    this.#writer?.stop();
    this.#client.stop();
  }
}

function isSameKind(one: MirroredKind, other: MirroredKind): boolean {
  return (
    one.root === other.root &&
    one.hasStatus === other.hasStatus &&
    one.resource.kind === other.resource.kind &&
    one.resource.namespaced === other.resource.namespaced
  );
}
