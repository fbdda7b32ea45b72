import { byteInbox, type Inbox } from '../../core/inbox.js';
import { controlFrame, dataFrame, finFlag, parseFrames, type Frame } from './frame-parser.js';
import { HeaderReader, HeaderWriter } from './header-block.js';

/** Both directions of what a SPDY connection runs over. */
export interface BytePipe {
  /** Ends, without an error, when the other side is gone. */
  readonly input: AsyncIterable<Buffer>;
  /** Resolves when more may be written; never rejects. */
  readonly write: (bytes: Buffer) => Promise<void>;
  readonly end: () => void;
}

/** A stream the client opened. */
export interface SpdyStream {
  readonly id: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Ends when the client closes its side or resets the stream. */
  readonly input: Inbox<Buffer>;
  /** Resolves when more may be written; after the end it does nothing. */
  readonly write: (data: Buffer) => Promise<void>;
  /** Closes our side. */
  readonly end: () => Promise<void>;
  /** Lets go of the stream; what still comes for it is dropped. */
  readonly forget: () => void;
}

/** A stream with what only the connection may touch. */
interface OpenStream extends SpdyStream {
  ended: boolean;
}

const type = { open: 1, reply: 2, reset: 3, ping: 6, goAway: 7, headers: 8 } as const;
const status = { protocolError: 1, refused: 3 } as const;
/** Streams a client may have open at a time. */
const openLimit = 1000;
const chunk = 32 * 1024;

/**
 * The server's side of a SPDY/3.1 connection. Like the library Kubernetes uses, it keeps no flow-control windows: the
 * connection below holds back who is too fast.
 *
 * @see moby/spdystream connection.go
 */
export class SpdyConnection {
  readonly #pipe: BytePipe;
  readonly #streams = new Map<number, OpenStream>();
  readonly #reader = new HeaderReader();
  readonly #writer = new HeaderWriter();
  readonly #left = new AbortController();
  #lastStream = 0;

  constructor(pipe: BytePipe) {
    this.#pipe = pipe;
  }

  /** Aborted once the client is gone. */
  get gone(): AbortSignal {
    return this.#left.signal;
  }

  /**
   * Reads until the client leaves or breaks the rules; then the connection is closed.
   *
   * @param accept Told about every stream; false refuses it.
   */
  async serve(accept: (stream: SpdyStream) => boolean): Promise<void> {
    try {
      for await (const frame of parseFrames(this.#pipe.input)) {
        if (frame.kind === 'data') await this.#takeData(frame);
        else if (!(await this.#takeControl(frame, accept))) break;
      }
    } catch {
      // Whatever it was, it was no SPDY: the client is told, and nothing more is read.
      await this.#send(controlFrame(type.goAway, 0, uint32(this.#lastStream, status.protocolError)));
    } finally {
      this.#reader.close();
      this.close();
    }
  }

  /** Ends the connection, and what is open on it. */
  close(): void {
    for (const { input } of this.#streams.values()) input.end();
    this.#streams.clear();
    this.#left.abort();
    this.#pipe.end();
  }

  #send(bytes: Buffer): Promise<void> {
    return this.#pipe.write(bytes);
  }

  async #takeData({ stream: id, flags, payload }: Frame & { kind: 'data' }): Promise<void> {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (payload.length > 0) stream.input.push(payload);
    if ((flags & finFlag) !== 0) stream.input.end();
    await stream.input.room();
  }

  /** @returns false when the client has nothing more to say */
  async #takeControl(
    { type: kind, flags, payload }: Frame & { kind: 'control' },
    accept: (stream: SpdyStream) => boolean,
  ): Promise<boolean> {
    switch (kind) {
      case type.open:
        await this.#open(flags, payload, accept);
        return true;
      case type.reset:
        this.#streams.get(payload.readUInt32BE(0))?.forget();
        return true;
      case type.ping:
        if (payload.readUInt32BE(0) % 2 === 1) await this.#send(controlFrame(type.ping, 0, payload));
        return true;
      case type.headers:
        // Read only because every block moves the decompressor on.
        await this.#reader.read(payload.subarray(4));
        if ((flags & finFlag) !== 0) this.#streams.get(payload.readUInt32BE(0))?.input.end();
        return true;
      case type.goAway:
        return this.#streams.size > 0;
      default:
        return true;
    }
  }

  async #open(flags: number, payload: Buffer, accept: (stream: SpdyStream) => boolean): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fff_ffff;
    if (payload.length < 10 || id % 2 === 0 || id <= this.#lastStream) throw new Error('bad stream id');
    this.#lastStream = id;
    const headers = await this.#reader.read(payload.subarray(10));
    const stream = this.#streamOf(id, headers);
    if ((flags & finFlag) !== 0) stream.input.end();
    const isOneTooMany = this.#streams.size >= openLimit;
    if (!isOneTooMany) {
      this.#streams.set(id, stream);
      const block = this.#writer.write(new Map());
      await this.#send(controlFrame(type.reply, 0, Buffer.concat([uint32(id), block])));
    }
    if (!isOneTooMany && accept(stream)) return;
    stream.forget();
    await this.#send(controlFrame(type.reset, 0, uint32(id, status.refused)));
  }

  #streamOf(id: number, headers: ReadonlyMap<string, string>): OpenStream {
    const input = byteInbox();
    const stream: OpenStream = {
      id,
      headers,
      input,
      ended: false,
      write: async (data) => {
        for (let at = 0; at < data.length && !stream.ended; at += chunk)
          await this.#send(dataFrame(id, 0, data.subarray(at, at + chunk)));
      },
      end: async () => {
        if (stream.ended) return;
        stream.ended = true;
        await this.#send(dataFrame(id, finFlag, Buffer.alloc(0)));
      },
      forget: () => {
        stream.ended = true;
        input.drop();
        this.#streams.delete(id);
      },
    };
    return stream;
  }
}

function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4);
  return bytes;
}
