import { kubernetesControllerNames } from '../controllers/index.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Handler, KindCatalog, Reply } from '../registry/contract.js';
import type { World } from '../state/world.js';
import type { Upstream } from '../upstream/upstream.js';
import { Copies } from './copies.js';
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
 * Kinds it does not serve, such as KubeSphere's own where their definitions are not installed, are kept here as always.
 * So are objects of a fresh install that it has none of the same name of: the first write to one of them creates it there.
 *
 * @see kubesphere/kubesphere pkg/apiserver/filters/kubeapiserver.go
 */
export class Mirror {
  /** Passes `/api` and `/apis` on. */
  readonly kubernetes: Handler;
  readonly #client: KubernetesClient;
  readonly #kinds: ReadonlyMap<string, MirroredKind>;
  readonly #follower: Follower;
  /** As listed at the start. */
  readonly #listed = new Map<string, KubeObject>();
  #writer: Writer | undefined;

  private constructor(upstream: Upstream, client: KubernetesClient, kinds: readonly MirroredKind[]) {
    this.kubernetes = forwardKubernetes(upstream);
    this.#client = client;
    this.#kinds = new Map(kinds.map((kind) => [kindKey(kind.resource), kind]));
    this.#follower = new Follower(client);
  }

  /**
   * Copies the objects of a Kubernetes into the host cluster of a seed world, and switches off the controllers that imitate
   * what it does itself.
   *
   * @throws ApiError when it cannot be read
   */
  static async load(seed: World, catalog: KindCatalog, upstream: Upstream): Promise<Mirror> {
    const client = new KubernetesClient(upstream);
    const mirror = new Mirror(upstream, client, await discoverKinds(client, catalog));
    seed.switchedOff = new Set([...seed.switchedOff, ...kubernetesControllerNames]);
    await Promise.all(
      [...mirror.#kinds.values()].map((kind) =>
        mirror.#follower.list(kind, (listed) => {
          const { object } = seed.host.store.load(kind.resource, listed);
          mirror.#listed.set(keyOf(kind, object.metadata), object);
        }),
      ),
    );
    return mirror;
  }

  /** Keeps a world up to date from now on, and has what changes in it written over there. */
  follow(world: World): void {
    const { listener: controllers } = world;
    const copies = new Copies(world.host.store, this.#listed);
    this.#listed.clear();
    const writer = new Writer({ world, client: this.#client, copies, kinds: this.#kinds, controllers });
    this.#writer = writer;
    world.listener = writer.listener;
    writer.begin();
    this.#follower.follow(this.#kinds.values(), copies);
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
  }
}
