/** An element of BER: its tag and what is in it. @see ITU-T X.690; RFC 4511, section 5.1 */
export interface BerElement {
  readonly tag: number;
  readonly value: Buffer;
  /** Where the next one begins. */
  readonly end: number;
}

/** What came is no BER. */
export class BerError extends Error {
  override readonly name = 'BerError';
}

/** An element with some content, or with other elements in it. */
export function element(tag: number, content: Buffer | readonly Buffer[]): Buffer {
  const value = Buffer.isBuffer(content) ? content : Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(value.length), value]);
}

/** A text, as octets. */
export function octets(text: string, tag = 0x04): Buffer {
  return element(tag, Buffer.from(text, 'utf8'));
}

/** A whole number from 0 to 2^31 - 1. */
export function integer(value: number, tag = 0x02): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  let start = 1;
  while (start < 4 && bytes[start] === 0) start += 1;
  // A first bit that is set would make it negative.
  if ((bytes[start] ?? 0) >= 0x80) start -= 1;
  return element(tag, bytes.subarray(start));
}

/** A truth. */
export function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.from([value ? 0xff : 0]));
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  const start = bytes.findIndex((byte) => byte !== 0);
  return Buffer.concat([Buffer.from([0x80 | (4 - start)]), bytes.subarray(start)]);
}

/** The element that begins at a place; `undefined` while it is not all there. @throws BerError for lengths beyond 2^32 */
export function readElement(bytes: Buffer, at = 0): BerElement | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new BerError('unexpected length of a BER element');
    if (bytes.length < start + count) return undefined;
    length = bytes.readUIntBE(start, count);
    start += count;
  }
  const end = start + length;
  return bytes.length < end ? undefined : { tag, value: bytes.subarray(start, end), end };
}

/** All elements in some bytes. @throws BerError when they end in the middle of one */
export function readElements(bytes: Buffer): readonly BerElement[] {
  const found: BerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const next = readElement(bytes, at);
    if (next === undefined) throw new BerError('unexpected end of a BER element');
    found.push(next);
    at = next.end;
  }
  return found;
}

/** The number an element holds. */
export function numberIn({ value }: BerElement): number {
  return value.length === 0 ? 0 : value.readUIntBE(0, Math.min(value.length, 6));
}
