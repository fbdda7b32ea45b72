import { setMaxListeners } from 'node:events';
import { ApiError } from '../core/api-error.js';
import { digArray, digString, type Json } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Copies } from './copies.js';
import type { KubernetesClient } from './kubernetes-client.js';
import { asKeptHere, keyOf, kindKey, pathOf, type MirroredKind } from './mirrored-kind.js';

/** Objects asked for at a time. */
const pageSize = 500;
/** How long to wait before a watch that broke is begun again, in milliseconds; doubled each time, up to the latter. */
const firstPause = 100;
const longestPause = 10_000;

/** Lists and watches the kinds of a Kubernetes, as client-go's reflectors do. */
export class Follower {
  readonly #client: KubernetesClient;
  readonly #stopped = new AbortController();
  /** Where each kind's watch begins; none: it has to be listed anew. */
  readonly #starts = new Map<string, string>();

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  /** Hands over every object of a kind. @throws ApiError when they cannot be listed */
  async list(kind: MirroredKind, take: (object: KubeObject) => void): Promise<void> {
    let next = '';
    do {
      const query = `?limit=${String(pageSize)}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
      const list = await this.#client.send('GET', pathOf(kind, undefined) + query);
      for (const item of digArray(list, 'items')) take(asKeptHere(kind, item));
      this.#starts.set(kindKey(kind.resource), digString(list, 'metadata', 'resourceVersion'));
      next = digString(list, 'metadata', 'continue');
    } while (next !== '');
  }

  /** Keeps copies up to date from now on, until stopped. */
  follow(kinds: Iterable<MirroredKind>, copies: Copies): void {
    // One listener per watch is no leak.
    setMaxListeners(0, this.#stopped.signal);
    for (const kind of kinds) void this.#watch(kind, copies);
  }

  /** Ends all watches. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Watches a kind from where the list ended; lists it anew when that is no longer possible. */
  async #watch(kind: MirroredKind, copies: Copies): Promise<void> {
    const { signal } = this.#stopped;
    const isStopped = (): boolean => signal.aborted;
    for (let pause = firstPause; !isStopped(); pause = Math.min(pause * 2, longestPause)) {
      try {
        const start = this.#starts.get(kindKey(kind.resource));
        if (start === undefined) await this.#resync(kind, copies);
        const from = encodeURIComponent(this.#starts.get(kindKey(kind.resource)) ?? '');
        const target = `${pathOf(kind, undefined)}?watch=true&allowWatchBookmarks=true&resourceVersion=${from}`;
        for await (const event of this.#client.lines(target, signal)) {
          pause = firstPause;
          this.#take(kind, copies, digString(event, 'type'), event['object']);
        }
      } catch (error) {
        if (isStopped()) return;
        if (error instanceof ApiError && error.code !== 502) this.#starts.delete(kindKey(kind.resource));
      }
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
    }
  }

  #take(kind: MirroredKind, copies: Copies, type: string, told: Json | undefined): void {
    if (type === 'ERROR') throw new ApiError(410, 'Expired', digString(told, 'message'));
    const version = digString(told, 'metadata', 'resourceVersion');
    this.#starts.set(kindKey(kind.resource), version);
    const object = asKeptHere(kind, told);
    if (type === 'DELETED') copies.drop(kind, object);
    else if (type === 'ADDED' || type === 'MODIFIED') copies.take(kind, object);
  }

  /** Lists a kind again and takes over all that has become different. */
  async #resync(kind: MirroredKind, copies: Copies): Promise<void> {
    const seen = new Set<string>();
    await this.list(kind, (object) => {
      seen.add(keyOf(kind, object.metadata));
      copies.take(kind, object);
    });
    copies.dropMissing(kind, seen, this.#starts.get(kindKey(kind.resource)) ?? '');
  }
}
