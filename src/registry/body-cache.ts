import type { StoredObject } from '../state/object-store.js';
import { LongBody } from './long-body.js';

/** A finished list, or one made while it is read. */
export type ListBytes = Buffer | LongBody;

interface Kept {
  readonly items: WeakRef<readonly StoredObject[]>;
  readonly key: string;
  readonly size: number;
}

/** Finished lists by the items they show; gone with those, or when newer ones need the room. */
export class BodyCache {
  readonly #bodies = new WeakMap<readonly StoredObject[], Map<string, ListBytes>>();
  readonly #oldestFirst: Kept[] = [];
  readonly #room: number;
  #used = 0;

  /** @param room Bytes kept in all. */
  constructor(room: number) {
    this.#room = room;
  }

  /** What was kept for these very items. @param key Form and surroundings of the items. */
  find(items: readonly StoredObject[], key: string): ListBytes | undefined {
    return this.#bodies.get(items)?.get(key);
  }

  keep(items: readonly StoredObject[], key: string, body: ListBytes): void {
    const known = this.#bodies.get(items) ?? new Map<string, ListBytes>();
    this.#bodies.set(items, known.set(key, body));
    // The pieces of a long body are where its items keep their bytes, so only a few of them are a waste: four at most.
    const size = body instanceof LongBody ? Math.ceil(this.#room / 4) : body.length;
    this.#oldestFirst.push({ items: new WeakRef(items), key, size });
    this.#used += size;
    while (this.#used > this.#room) this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#oldestFirst.shift();
    if (oldest === undefined) return;
    this.#used -= oldest.size;
    const items = oldest.items.deref();
    if (items !== undefined) this.#bodies.get(items)?.delete(oldest.key);
  }
}
