import type { KubeObject } from '../core/kube-object.js';
import type { Change } from '../state/object-store.js';
import type { ClusterState } from '../state/world.js';
import type { MirroredKind } from './mirrored-kind.js';
import { planWrite, type ChangedObject, type PlannedWrite } from './planned-write.js';

/** News that made controllers write something, and how often they have tried. */
export interface Trigger {
  readonly cluster: ClusterState;
  readonly change: Change;
  readonly attempt: number;
}

/** What follows from a request, and from that: done once all of it is. */
export class Consequences {
  readonly #open = new Set<Promise<unknown>>();

  add(work: Promise<unknown>): void {
    this.#open.add(work);
    void work.finally(() => this.#open.delete(work));
  }

  /** Resolves once nothing is left to be done. */
  async done(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }
}

/** Changes that belong together: of one request, or of the controllers that looked at one piece of news. */
export class Job {
  readonly consequences: Consequences | undefined;
  readonly trigger: Trigger | undefined;
  /** True once no more changes are taken. */
  closed = false;
  /** True when something was changed that is kept here only, and cannot be undone. */
  hasOthers = false;
  readonly #changed = new Map<string, ChangedObject & { readonly changes: Change[] }>();
  /** Objects another job has changed and not written yet: what is here was built on sand. */
  readonly #stale = new Set<string>();

  constructor(consequences: Consequences | undefined, trigger?: Trigger) {
    this.consequences = consequences;
    this.trigger = trigger;
  }

  get isEmpty(): boolean {
    return this.#changed.size === 0;
  }

  get changed(): Iterable<ChangedObject> {
    return this.#changed.values();
  }

  /** What is to be done over there, in the order objects were first changed. */
  get writes(): readonly PlannedWrite[] {
    return [...this.#changed.values()].flatMap((one) => planWrite(one) ?? []);
  }

  /** @param isStale Whether another job has changed the object and not written it yet. */
  add(kind: MirroredKind, key: string, base: KubeObject | undefined, change: Change, isStale: boolean): void {
    const known = this.#changed.get(key);
    if (known === undefined) this.#changed.set(key, { kind, key, base, changes: [change] });
    else known.changes.push(change);
    if (isStale) this.#stale.add(key);
  }

  /** Tells whether an object was changed on top of what was never written. */
  isStale(key: string): boolean {
    return this.#stale.has(key);
  }
}
