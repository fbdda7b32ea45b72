/** Pieces that arrive when they like, read one after the other; who sends can be told to wait. */
export class Inbox<T> implements AsyncIterable<T> {
  readonly #limit: number;
  readonly #sizeOf: (item: T) => number;
  #items: T[] = [];
  #size = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  #room: (() => void)[] = [];

  /** @param limit What may wait unread before {@link room} makes the sender wait, by `sizeOf`. */
  constructor(limit: number, sizeOf: (item: T) => number) {
    this.#limit = limit;
    this.#sizeOf = sizeOf;
  }

  /** Adds a piece; after the end it is dropped. */
  push(item: T): void {
    if (this.#ended) return;
    this.#items.push(item);
    this.#size += this.#sizeOf(item);
    this.#wake?.();
  }

  /** Nothing more will come; what waits can still be read. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
    this.#release();
  }

  /** Nobody reads any more: what waits and what comes is dropped. */
  drop(): void {
    this.#items = [];
    this.#size = 0;
    this.end();
  }

  /** True while more waits than should. */
  get full(): boolean {
    return this.#size >= this.#limit && !this.#ended;
  }

  /** Resolves when there is room for more; at once when there is. */
  room(): Promise<void> {
    return this.full ? new Promise((resolve) => this.#room.push(resolve)) : Promise.resolve();
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: async () => {
        while (this.#items.length === 0 && !this.#ended)
          await new Promise<void>((wake) => (this.#wake = wake));
        if (this.#items.length === 0) return { done: true, value: undefined };
        const value = this.#items.shift() as T;
        this.#size -= this.#sizeOf(value);
        if (!this.full) this.#release();
        return { done: false, value };
      },
      return: () => {
        this.drop();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #release(): void {
    const waiting = this.#room;
    this.#room = [];
    for (const go of waiting) go();
  }
}

const bytesWaiting = 1024 * 1024;

/** An inbox of bytes. @param limit Bytes that may wait unread before senders are told to wait */
export function byteInbox(limit: number = bytesWaiting): Inbox<Buffer> {
  return new Inbox<Buffer>(limit, ({ length }) => length);
}
