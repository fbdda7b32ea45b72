import { ApiError } from '../core/api-error.js';
import { digArray, digString, type Json } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Copies } from './copies.js';
import { isUnreachable, type KubernetesClient } from './kubernetes-client.js';
import { asKeptHere, keyOf, kindKey, pathOf, type MirroredKind } from './mirrored-kind.js';

/** Objects asked for at a time. */
const pageSize = 500;
/** How long to wait before a watch that broke is begun again, in milliseconds; doubled each time, up to the latter. */
const firstPause = 20;
const longestPause = 10_000;

/** Lists and watches the kinds of a Kubernetes, as client-go's reflectors do. */
export class Follower {
  readonly #client: KubernetesClient;
  /** What ends each kind's watch. */
  readonly #watches = new Map<string, AbortController>();
  /** Where each kind's watch begins; none: it has to be listed anew. */
  readonly #starts = new Map<string, string>();
  /** The newest object seen of each kind: as long as it is there, time over there has not gone back. */
  readonly #newest = new Map<string, KubeObject>();
  /** The moment each kind was listed at last. */
  readonly #listed = new Map<string, number>();

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  /** Hands over every object of a kind. @throws ApiError when they cannot be listed */
  async list(kind: MirroredKind, take: (object: KubeObject) => void): Promise<void> {
    let next = '';
    do {
      const query = `?limit=${String(pageSize)}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
      const list = await this.#client.send('GET', pathOf(kind, undefined) + query);
      for (const item of digArray(list, 'items')) {
        const object = asKeptHere(kind, item);
        this.#note(kind, object);
        take(object);
      }
      this.#starts.set(kindKey(kind.resource), digString(list, 'metadata', 'resourceVersion'));
      next = digString(list, 'metadata', 'continue');
    } while (next !== '');
  }

  /** Keeps copies of a kind up to date from now on; one that has not been listed yet is. */
  follow(kind: MirroredKind, copies: Copies): void {
    const stopped = new AbortController();
    this.#watches.set(kindKey(kind.resource), stopped);
    this.#listed.set(kindKey(kind.resource), copies.moment);
    void this.#watch(kind, copies, stopped.signal);
  }

  /** Ends the watch of a kind, and forgets how far it came. */
  leave({ resource }: MirroredKind): void {
    const key = kindKey(resource);
    this.#watches.get(key)?.abort();
    this.#watches.delete(key);
    this.#starts.delete(key);
    this.#newest.delete(key);
    this.#listed.delete(key);
  }

  /** Ends all watches. */
  stop(): void {
    for (const watch of this.#watches.values()) watch.abort();
  }

  /** Watches a kind from where the list ended; lists it anew when that is no longer possible. */
  async #watch(kind: MirroredKind, copies: Copies, signal: AbortSignal): Promise<void> {
    const isStopped = (): boolean => signal.aborted;
    let isAgain = false;
    for (let pause = firstPause; !isStopped(); pause = Math.min(pause * 2, longestPause)) {
      try {
        if (isAgain && (await this.#isAnother(kind))) this.#starts.delete(kindKey(kind.resource));
        isAgain = true;
        const start = this.#starts.get(kindKey(kind.resource));
        if (start === undefined) await this.#resync(kind, copies, signal);
        const from = encodeURIComponent(this.#starts.get(kindKey(kind.resource)) ?? '');
        const target = `${pathOf(kind, undefined)}?watch=true&allowWatchBookmarks=true&resourceVersion=${from}`;
        for await (const event of this.#client.lines(target, signal)) {
          if (isStopped()) return;
          pause = firstPause;
          this.#take(kind, copies, digString(event, 'type'), event['object']);
        }
      } catch (error) {
        if (isStopped()) return;
        if (error instanceof ApiError && !isUnreachable(error)) this.#starts.delete(kindKey(kind.resource));
      }
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
    }
  }

  /**
   * Tells whether the newest object of a kind is gone or is older than it was: it was deleted just now, or the Kubernetes
   * was put back and may count on past where it was, so that versions tell nothing.
   *
   * @throws ApiError when nobody can be asked
   */
  async #isAnother(kind: MirroredKind): Promise<boolean> {
    const newest = this.#newest.get(kindKey(kind.resource));
    if (newest === undefined) return false;
    const { namespace, name } = newest.metadata;
    const now = await this.#client.send('GET', pathOf(kind, namespace, name)).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    });
    const isSame = digString(now, 'metadata', 'uid') === newest.metadata.uid;
    return !isSame || Number(digString(now, 'metadata', 'resourceVersion')) < versionOf(newest);
  }

  #note(kind: MirroredKind, object: KubeObject): void {
    const key = kindKey(kind.resource);
    const known = this.#newest.get(key);
    if (known === undefined || versionOf(known) <= versionOf(object)) this.#newest.set(key, object);
  }

  #take(kind: MirroredKind, copies: Copies, type: string, told: Json | undefined): void {
    if (type === 'ERROR') throw new ApiError(410, 'Expired', digString(told, 'message'));
    const version = digString(told, 'metadata', 'resourceVersion');
    if (type === 'BOOKMARK' && Number(version) < Number(this.#starts.get(kindKey(kind.resource))))
      throw new ApiError(410, 'Expired', 'time over there has gone back');
    this.#starts.set(kindKey(kind.resource), version);
    const object = asKeptHere(kind, told);
    if (type === 'ADDED' || type === 'MODIFIED') this.#note(kind, object);
    else if (this.#newest.get(kindKey(kind.resource))?.metadata.uid === object.metadata.uid)
      this.#newest.delete(kindKey(kind.resource));
    if (type === 'DELETED') copies.drop(kind, object);
    else if (type === 'ADDED' || type === 'MODIFIED')
      copies.take(kind, object, -1, this.#listed.get(kindKey(kind.resource)));
  }

  /** Lists a kind again and takes over all that has become different. */
  async #resync(kind: MirroredKind, copies: Copies, signal: AbortSignal): Promise<void> {
    const listed = copies.moment;
    const seen = new Set<string>();
    this.#newest.delete(kindKey(kind.resource));
    await this.list(kind, (object) => {
      if (signal.aborted) return;
      seen.add(keyOf(kind, object.metadata));
      copies.take(kind, object, listed);
    });
    if (signal.aborted) return;
    copies.dropMissing(kind, seen, listed);
    this.#listed.set(kindKey(kind.resource), copies.moment);
  }
}

function versionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion ?? 0);
}
