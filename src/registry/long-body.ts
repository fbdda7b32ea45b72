import type { StoredObject } from '../state/object-store.js';

/** What a {@link LongBody} is made of. */
export interface LongBodyParts {
  readonly items: readonly StoredObject[];
  readonly head: string;
  readonly tail: string;
  /** What stands between two items. */
  readonly separator: string;
  /** The bytes of one item. */
  readonly encode: (stored: StoredObject) => Buffer;
  /** Told where in a piece the bytes of an item are now. */
  readonly share: ((stored: StoredObject, bytes: Buffer) => void) | undefined;
}

const pieceBytes = 256 * 1024;
/** How much is given out before others have their turn. */
const turnBytes = 1024 * 1024;

/** The body of a long list: made piece by piece by whoever reads it first, and kept for those who come after. */
export class LongBody {
  readonly #parts: LongBodyParts;
  readonly #pieces: Buffer[] = [];
  /** The first item no piece holds yet. */
  #next = 0;
  #complete = false;

  constructor(parts: LongBodyParts) {
    this.#parts = parts;
  }

  /** All pieces, in order; other requests are answered in between. */
  async *pieces(): AsyncGenerator<Buffer> {
    let given = 0;
    for (let at = 0; ; at += 1) {
      const isNew = at === this.#pieces.length;
      if (isNew) {
        if (this.#complete) return;
        this.#makeNext();
      }
      const piece = this.#pieces[at];
      if (piece === undefined) return;
      yield piece;
      given += piece.length;
      if (isNew || given >= turnBytes) {
        given = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  #makeNext(): void {
    const { items, head, tail, encode, share } = this.#parts;
    const separator = Buffer.from(this.#parts.separator);
    const buffers: Buffer[] = this.#next === 0 ? [Buffer.from(head)] : [];
    const placed: { readonly stored: StoredObject; readonly from: number; readonly to: number }[] = [];
    let size = buffers[0]?.length ?? 0;
    while (size < pieceBytes && this.#next < items.length) {
      const stored = items[this.#next];
      if (stored === undefined) break;
      if (this.#next > 0) {
        buffers.push(separator);
        size += separator.length;
      }
      const bytes = encode(stored);
      buffers.push(bytes);
      placed.push({ stored, from: size, to: size + bytes.length });
      size += bytes.length;
      this.#next += 1;
    }
    if (this.#next >= items.length) {
      buffers.push(Buffer.from(tail));
      this.#complete = true;
    }
    const piece = Buffer.concat(buffers);
    if (share !== undefined) {
      for (const { stored, from, to } of placed) share(stored, piece.subarray(from, to));
    }
    this.#pieces.push(piece);
  }
}
