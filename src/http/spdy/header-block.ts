import { constants, createInflate, type Inflate } from 'node:zlib';
import { spdyDictionary } from './dictionary.js';

/** Largest header block, in bytes after decompression: what a real one never comes near. */
const inflatedLimit = 64 * 1024;
/** Most headers of a block. */
const countLimit = 200;

/** Reads the header blocks of one direction of a connection, which share one decompressor. */
export class HeaderReader {
  readonly #inflate: Inflate;
  #pieces: Buffer[] = [];
  #size = 0;
  #failed: ((error: Error) => void) | undefined;

  constructor() {
    this.#inflate = createInflate({ dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH });
    this.#inflate.on('data', (piece: Buffer) => {
      this.#size += piece.length;
      if (this.#size > inflatedLimit) this.#fail(new Error('header block too large'));
      else this.#pieces.push(piece);
    });
    this.#inflate.on('error', (error) => {
      this.#fail(error);
    });
  }

  /** The headers of a block; names in lower case. @throws Error for bytes that are no header block, or too many of them */
  async read(block: Buffer): Promise<ReadonlyMap<string, string>> {
    this.#pieces = [];
    this.#size = 0;
    await new Promise<void>((resolve, reject) => {
      this.#failed = reject;
      this.#inflate.write(block, (error) => {
        if (error) reject(error);
        else this.#inflate.flush(constants.Z_SYNC_FLUSH, resolve);
      });
    });
    return parse(Buffer.concat(this.#pieces));
  }

  /** Frees the decompressor. */
  close(): void {
    this.#inflate.close();
  }

  #fail(error: Error): void {
    this.#failed?.(error);
    this.#inflate.destroy();
  }
}

function parse(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  const take = (length: number): number => {
    const from = at;
    at += length;
    if (at > bytes.length) throw new Error('header block ends too early');
    return from;
  };
  const count = bytes.readUInt32BE(take(4));
  if (count > countLimit) throw new Error('too many headers');
  const text = (): string => {
    const length = bytes.readUInt32BE(take(4));
    const from = take(length);
    return bytes.toString('latin1', from, at);
  };
  for (let each = 0; each < count; each += 1) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}

const zlibStart = Buffer.from([0x78, 0x01]);
/** An empty stored block: whoever decompresses gives out what it has. */
const flushMark = Buffer.from([0, 0, 0, 0xff, 0xff]);

/**
 * Writes the header blocks of one direction of a connection.
 *
 * They are stored, not compressed: valid for every decompressor, and made without waiting for one.
 */
export class HeaderWriter {
  #started = false;

  /** The bytes of a block. */
  write(headers: ReadonlyMap<string, string>): Buffer {
    const parts: Buffer[] = [uint32(headers.size)];
    for (const [name, value] of headers) {
      for (const text of [name, value]) {
        const bytes = Buffer.from(text, 'latin1');
        parts.push(uint32(bytes.length), bytes);
      }
    }
    const block = Buffer.concat(parts);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(block.length, 1);
    stored.writeUInt16LE(block.length ^ 0xffff, 3);
    const start = this.#started ? [] : [zlibStart];
    this.#started = true;
    return Buffer.concat([...start, stored, block, flushMark]);
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
