/** A frame of SPDY/3: about the connection or a stream, or bytes of a stream. */
export type Frame =
  | { readonly kind: 'control'; readonly type: number; readonly flags: number; readonly payload: Buffer }
  | { readonly kind: 'data'; readonly stream: number; readonly flags: number; readonly payload: Buffer };

/** Flag of a frame that is the last of its side of a stream. */
export const finFlag = 1;

const headLength = 8;
/** Largest control frame taken, in bytes; header blocks are the only long ones. */
const controlLimit = 64 * 1024;
/** Largest data frame taken, in bytes. */
const dataLimit = 1024 * 1024;

/** Cuts a stream of bytes into frames. @throws Error for what is no SPDY/3 frame, or one too large */
export async function* parseFrames(input: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let pieces: Buffer[] = [];
  let size = 0;
  let wanted = headLength;
  for await (const piece of input) {
    pieces.push(piece);
    size += piece.length;
    if (size < wanted) continue;
    let bytes = pieces.length === 1 ? piece : Buffer.concat(pieces);
    wanted = headLength;
    while (bytes.length >= headLength) {
      const length = bytes.readUIntBE(5, 3);
      check(bytes, length);
      wanted = headLength + length;
      if (bytes.length < wanted) break;
      yield frameOf(bytes, bytes.subarray(headLength, wanted));
      bytes = bytes.subarray(wanted);
      wanted = headLength;
    }
    pieces = [bytes];
    size = bytes.length;
  }
}

function isControl(bytes: Buffer): boolean {
  return ((bytes[0] ?? 0) & 0x80) !== 0;
}

function check(bytes: Buffer, length: number): void {
  if (isControl(bytes) && bytes.readUInt16BE(0) !== 0x8003) throw new Error('not SPDY/3');
  if (length > (isControl(bytes) ? controlLimit : dataLimit)) throw new Error('frame too large');
}

function frameOf(bytes: Buffer, payload: Buffer): Frame {
  const flags = bytes[4] ?? 0;
  return isControl(bytes)
    ? { kind: 'control', type: bytes.readUInt16BE(2), flags, payload }
    : { kind: 'data', stream: bytes.readUInt32BE(0), flags, payload };
}

/** The bytes of a control frame. */
export function controlFrame(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(payload.length, 4);
  head[4] = flags;
  return Buffer.concat([head, payload]);
}

/** The bytes of a data frame. */
export function dataFrame(stream: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(payload.length, 4);
  head[4] = flags;
  return Buffer.concat([head, payload]);
}
