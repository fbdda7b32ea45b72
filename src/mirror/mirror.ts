import { setMaxListeners } from 'node:events';
import { ApiError } from '../core/api-error.js';
import { dig, digArray, digObject, digString, isJsonObject, type Json } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { kubernetesControllerNames } from '../controllers/index.js';
import type { Handler, KindCatalog, Reply } from '../registry/contract.js';
import type { Change, ObjectStore } from '../state/object-store.js';
import type { World } from '../state/world.js';
import type { Upstream } from '../upstream/upstream.js';
import { forwardKubernetes } from './forward-kubernetes.js';
import { KubernetesClient } from './kubernetes-client.js';
import { discoverKinds, pathOf, type MirroredKind } from './mirrored-kind.js';
import { writesOf, type UpstreamWrite } from './upstream-write.js';

/** Objects asked for at a time. */
const pageSize = 500;
/** How long to wait before a watch that broke is begun again, in milliseconds; doubled each time, up to the latter. */
const firstPause = 100;
const longestPause = 10_000;

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
  readonly #stopped = new AbortController();
  /** resourceVersions of the objects over there, by {@link keyOf}. */
  readonly #versions = new Map<string, string>();
  /** Where each kind's watch begins. */
  readonly #starts = new Map<string, string>();
  #pending: Change[] = [];
  /** The end of all writes so far: they are done one after the other. */
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(upstream: Upstream, client: KubernetesClient, kinds: readonly MirroredKind[]) {
    this.kubernetes = forwardKubernetes(upstream);
    this.#client = client;
    this.#kinds = new Map(kinds.map((kind) => [kindKey(kind.resource), kind]));
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
        mirror.#list(kind, (object) => seed.host.store.load(kind.resource, object)),
      ),
    );
    return mirror;
  }

  /** Keeps a world up to date from now on, and has what changes in it written over there. */
  follow(world: World): void {
    // One listener per watch is no leak.
    setMaxListeners(0, this.#stopped.signal);
    const inner = world.listener;
    world.listener = (changed, cluster, change) => {
      if (cluster.isHost && change.mirrored !== true && this.#kinds.has(kindKey(change.resource)))
        this.#pending.push(change);
      inner?.(changed, cluster, change);
    };
    for (const kind of this.#kinds.values()) void this.#watch(kind, world);
  }

  /**
   * Writes what has changed since the last call; the answer is given once that is done, with uid and resourceVersion as they
   * are over there.
   *
   * @returns `undefined` when nothing has
   * @throws ApiError what the first write was refused with; later ones are noted in the journal
   */
  afterwards(world: World, reply: Reply | undefined): Promise<Reply | undefined> | undefined {
    if (this.#pending.length === 0) return undefined;
    const changes = this.#pending;
    this.#pending = [];
    const written = this.#writing.then(() => this.#write(world, changes, reply));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Ends all watches. */
  stop(): void {
    this.#stopped.abort();
  }

  async #write(
    world: World,
    changes: readonly Change[],
    reply: Reply | undefined,
  ): Promise<Reply | undefined> {
    let answer = reply;
    for (const [at, write] of writesOf(changes).entries()) {
      try {
        const before = write.local.metadata;
        const after = await this.#send(write);
        if (after === undefined) continue;
        this.#take(world.host.store, write.kind(this.#kinds), after, 'MODIFIED');
        answer = withIdentity(answer, before, after.metadata);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.#undo(world.host.store, write);
        if (at === 0) throw error;
        const entry = world.journal.entries.at(-1);
        if (entry !== undefined) world.journal.note(entry, `Kubernetes underneath: ${error.message}`);
      }
    }
    return answer;
  }

  /** The object as it is over there after a write; `undefined` when it is gone. */
  async #send(write: UpstreamWrite): Promise<KubeObject | undefined> {
    const kind = write.kind(this.#kinds);
    const { namespace, name } = write.local.metadata;
    const version = this.#versions.get(keyOf(kind, write.local));
    if (write.type === 'delete') {
      if (version !== undefined) await this.#client.send('DELETE', pathOf(kind, namespace, name));
      return undefined;
    }
    const { uid: _, resourceVersion: __, ...metadata } = write.local.metadata;
    const object = { ...write.local, apiVersion: kind.apiVersion, metadata };
    const stored =
      version === undefined
        ? await this.#client.send('POST', pathOf(kind, namespace), object)
        : await this.#client.send('PUT', pathOf(kind, namespace, name), {
            ...object,
            metadata: { ...metadata, resourceVersion: version },
          });
    const status = dig(write.local, 'status');
    if (!kind.hasStatus || status === undefined || !write.changesStatus) return stored as KubeObject;
    const withStatus = { ...stored, status };
    return (await this.#client.send(
      'PUT',
      pathOf(kind, namespace, name, 'status'),
      withStatus,
    )) as KubeObject;
  }

  /** Puts back what a write that was refused has changed here. */
  #undo(store: ObjectStore, write: UpstreamWrite): void {
    const { resource } = write.kind(this.#kinds);
    if (write.previous !== undefined) store.mirror('MODIFIED', resource, write.previous);
    else if (store.find(resource, write.local.metadata.namespace, write.local.metadata.name) !== undefined)
      store.mirror('DELETED', resource, write.local);
  }

  async #list(kind: MirroredKind, take: (object: KubeObject) => void): Promise<void> {
    let next = '';
    do {
      const query = `?limit=${String(pageSize)}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
      const list = await this.#client.send('GET', pathOf(kind, undefined) + query);
      for (const item of digArray(list, 'items')) {
        const object = this.#complete(kind, item);
        this.#versions.set(keyOf(kind, object), object.metadata.resourceVersion ?? '');
        take(object);
      }
      this.#starts.set(kindKey(kind.resource), digString(list, 'metadata', 'resourceVersion'));
      next = digString(list, 'metadata', 'continue');
    } while (next !== '');
  }

  /** Follows a kind until stopped: watches from where the list ended, lists anew when that is no longer possible. */
  async #watch(kind: MirroredKind, world: World): Promise<void> {
    const { signal } = this.#stopped;
    const isStopped = (): boolean => signal.aborted;
    for (let pause = firstPause; !isStopped(); pause = Math.min(pause * 2, longestPause)) {
      try {
        const start = this.#starts.get(kindKey(kind.resource));
        if (start === undefined) await this.#resync(kind, world);
        const from = encodeURIComponent(this.#starts.get(kindKey(kind.resource)) ?? '');
        const target = `${pathOf(kind, undefined)}?watch=true&allowWatchBookmarks=true&resourceVersion=${from}`;
        for await (const event of this.#client.lines(target, signal)) {
          pause = firstPause;
          this.#follow(kind, world, digString(event, 'type'), event['object']);
        }
      } catch (error) {
        if (isStopped()) return;
        if (error instanceof ApiError && error.code !== 502) this.#starts.delete(kindKey(kind.resource));
      }
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
    }
  }

  #follow(kind: MirroredKind, world: World, type: string, item: Json | undefined): void {
    if (type === 'ERROR') throw new ApiError(410, 'Expired', digString(item, 'message'));
    const version = digString(item, 'metadata', 'resourceVersion');
    this.#starts.set(kindKey(kind.resource), version);
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
      this.#take(world.host.store, kind, this.#complete(kind, item), type);
      const written = this.afterwards(world, undefined);
      written?.catch(() => undefined);
    }
  }

  /** Lists a kind again and takes over all that has become different. */
  async #resync(kind: MirroredKind, world: World): Promise<void> {
    const { store } = world.host;
    const seen = new Set<string>();
    await this.#list(kind, (object) => {
      const key = keyOf(kind, object);
      seen.add(key);
      this.#versions.delete(key);
      this.#take(store, kind, object, 'MODIFIED');
    });
    for (const { object } of store.list(kind.resource)) {
      const key = keyOf(kind, object);
      if (this.#versions.has(key) && !seen.has(key)) this.#take(store, kind, object, 'DELETED');
    }
  }

  /** Takes an object over as it is over there, unless that was known already. */
  #take(store: ObjectStore, kind: MirroredKind, object: KubeObject, type: Change['type']): void {
    const key = keyOf(kind, object);
    const { namespace, name, resourceVersion = '' } = object.metadata;
    if (type === 'DELETED') {
      this.#versions.delete(key);
      if (store.find(kind.resource, namespace, name) !== undefined)
        store.mirror('DELETED', kind.resource, object);
      return;
    }
    const known = this.#versions.get(key);
    if (known !== undefined && !isNewer(resourceVersion, known)) return;
    this.#versions.set(key, resourceVersion);
    store.mirror('MODIFIED', kind.resource, this.#complete(kind, object));
  }

  /** An item of a list with the kind and apiVersion it is kept under here. */
  #complete({ resource, apiVersion }: MirroredKind, item: Json | undefined): KubeObject {
    const object = isJsonObject(item) ? item : {};
    const { kind: _, apiVersion: __, metadata: ___, ...rest } = object;
    const version = resource.custom ? (resource.versions[0] ?? '') : apiVersion;
    const kept = resource.custom && resource.group !== '' ? `${resource.group}/${version}` : version;
    return {
      kind: resource.kind,
      apiVersion: kept,
      metadata: digObject(object, 'metadata') as unknown as KubeObject['metadata'],
      ...rest,
    };
  }
}

function kindKey({ group, plural }: { readonly group: string; readonly plural: string }): string {
  return `${plural}.${group}`;
}

function keyOf({ resource }: MirroredKind, { metadata }: KubeObject): string {
  return `${kindKey(resource)} ${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Versions of etcd are numbers; what is not is newer when it is another. */
function isNewer(version: string, known: string): boolean {
  const [a, b] = [Number(version), Number(known)];
  return Number.isSafeInteger(a) && Number.isSafeInteger(b) ? a > b : version !== known;
}

/** An answer that shows an object, with the uid and resourceVersion it has over there. */
function withIdentity(
  reply: Reply | undefined,
  before: KubeObject['metadata'],
  after: KubeObject['metadata'],
): Reply | undefined {
  const body = Buffer.isBuffer(reply?.body) ? reply.body.toString('utf8') : reply?.body;
  if (reply === undefined || typeof body !== 'string' || before.uid === undefined) return reply;
  if (!body.includes(before.uid)) return reply;
  const version = new RegExp(`("resourceVersion": ?")${before.resourceVersion ?? ''}"`);
  return {
    ...reply,
    body: body
      .replaceAll(before.uid, after.uid ?? '')
      .replace(version, (_, head: string) => `${head}${after.resourceVersion ?? ''}"`),
  };
}
